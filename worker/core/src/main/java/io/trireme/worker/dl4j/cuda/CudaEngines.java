package io.trireme.worker.dl4j.cuda;

import io.trireme.cuda.engine.KernelText;
import io.trireme.cuda.spec.Precision;
import io.trireme.worker.dl4j.Dl4jFamily;
import io.trireme.worker.dl4j.Dl4jModel;
import io.trireme.worker.engine.EngineFinding;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.EngineSettings;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.TrainableModel;
import java.util.List;
import java.util.Locale;

/** DL4J's models on an NVIDIA GPU, by the project's own kernels. */
public final class CudaEngines implements EngineProvider {
  /** The engine's name. */
  public static final String NAME = "cuda";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String family() {
    return Dl4jFamily.NAME;
  }

  @Override
  public void admit(TrainableModel model) {
    ChainReader.read(own(model));
  }

  @Override
  public GradientEngine create(TrainableModel model, int capacity, EngineSettings settings) {
    return CudaGradientEngine.open(own(model), capacity, settings.device(), precision(settings));
  }

  @Override
  public List<EngineFinding> check(int threads, EngineSettings settings) {
    return DeviceCheck.look(settings.device(), precision(settings));
  }

  @Override
  public String identity(EngineSettings settings) {
    return "kernels "
        + KernelText.sha256(precision(settings)).substring(0, 16)
        + ", card "
        + DeviceCheck.card(settings.device());
  }

  private static Precision precision(EngineSettings settings) {
    return Precision.valueOf(settings.math().toUpperCase(Locale.ROOT));
  }

  private static Dl4jModel own(TrainableModel model) {
    if (model instanceof Dl4jModel own) {
      return own;
    }
    throw new IllegalArgumentException("no model of DL4J's: " + model.getClass().getName());
  }
}
