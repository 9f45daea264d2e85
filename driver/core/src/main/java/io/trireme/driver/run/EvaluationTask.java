package io.trireme.driver.run;

import io.trireme.data.shard.ExampleReader;
import io.trireme.driver.executor.LocalFolders;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.dl4j.Dl4jEngine;
import io.trireme.worker.dl4j.ModelFactory;
import io.trireme.worker.engine.InputFacts;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.deeplearning4j.nn.api.Model;

/**
 * A task that evaluates one part of a data set: counts examples by their class and the class that
 * the model tells.
 */
final class EvaluationTask implements Function<Integer, long[][]> {

  private static final long serialVersionUID = 1L;
  private static final int BATCH = 256;

  private final String modelJson;
  private final String data;
  private final int parts;
  private final Broadcast<byte[]> parameters;

  EvaluationTask(String modelJson, String data, int parts, Broadcast<byte[]> parameters) {
    this.modelJson = modelJson;
    this.data = data;
    this.parts = parts;
    this.parameters = parameters;
  }

  /** Counts by actual class, then by the class told. */
  @Override
  public long[][] call(Integer part) throws IOException {
    NativeThreads.use(1);
    try (ExampleReader examples =
        ExampleReader.open(data, LocalFolders.dataCache(), SparkHadoopUtil.get().conf())) {
      var set = examples.description();
      InputFacts facts = new InputFacts(set.height(), set.width(), set.channels(), set.classes());
      Model model = ModelFactory.ofJson(modelJson, "to be evaluated", 0, facts);
      ModelFiles.setParameters(model, parameters.value());
      try (Dl4jEngine engine = new Dl4jEngine(model, facts, BATCH);
          FloatVector outputs = FloatVector.zeros("outputs", (long) BATCH * set.classes())) {
        return count(examples, engine, outputs, part);
      }
    }
  }

  private long[][] count(ExampleReader examples, Dl4jEngine engine, FloatVector outputs, int part) {
    int classes = engine.labelLength();
    long[][] counts = new long[classes][classes];
    long to = examples.examples() * (part + 1) / parts;
    for (long from = examples.examples() * part / parts; from < to; from += BATCH) {
      int rows = (int) Math.min(BATCH, to - from);
      for (int i = 0; i < rows; i++) {
        examples.read(
            from + i,
            engine.features(),
            i * engine.featureLength() * Float.BYTES,
            engine.labels(),
            i * classes * Float.BYTES);
      }
      engine.predict(rows, outputs.buffer());
      for (int i = 0; i < rows; i++) {
        counts[examples.label(from + i)][largest(outputs, i * classes, classes)]++;
      }
    }
    return counts;
  }

  private static int largest(FloatVector outputs, int from, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (outputs.buffer().getFloat((from + c) * Float.BYTES)
          > outputs.buffer().getFloat((from + best) * Float.BYTES)) {
        best = c;
      }
    }
    return best;
  }
}
