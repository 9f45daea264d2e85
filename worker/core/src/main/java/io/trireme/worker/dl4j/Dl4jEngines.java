package io.trireme.worker.dl4j;

import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.engine.EngineFinding;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.EngineSettings;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.TrainableModel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** DL4J itself, on the processor. */
public final class Dl4jEngines implements EngineProvider {

  @Override
  public String name() {
    return CPU;
  }

  @Override
  public String family() {
    return Dl4jFamily.NAME;
  }

  @Override
  public GradientEngine create(TrainableModel model, int capacity, EngineSettings settings) {
    if (model instanceof Dl4jModel own) {
      return new Dl4jEngine(own, capacity);
    }
    throw new IllegalArgumentException("no model of DL4J's: " + model.getClass().getName());
  }

  @Override
  public long nativeLimitBytes() {
    return Pointer.maxPhysicalBytes();
  }

  @Override
  public List<EngineFinding> check(int threads, EngineSettings settings) {
    List<EngineFinding> findings = new ArrayList<>();
    NativeThreads.mismatch(threads)
        .ifPresent(
            mismatch ->
                findings.add(
                    new EngineFinding(
                        "OpenMP threads",
                        mismatch,
                        "start driver and executors with OMP_NUM_THREADS="
                            + threads
                            + " (exported before deploy/bin/trireme;"
                            + " spark.executorEnv.OMP_NUM_THREADS), since the number decides the"
                            + " order of sums",
                        true)));
    OneDnn.Status oneDnn = OneDnn.check();
    if (!oneDnn.inUse()) {
      findings.add(
          new EngineFinding(
              "oneDNN",
              "not in use, convolutions would be several times slower",
              oneDnn.detail(),
              false));
    }
    return findings;
  }
}
