package io.trireme.driver.run;

import io.trireme.data.schema.Role;
import io.trireme.data.shard.ExampleReader;
import io.trireme.driver.spark.LocalFolders;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.dl4j.Dl4jEngine;
import io.trireme.worker.dl4j.ModelFactory;
import io.trireme.worker.engine.InputFacts;
import java.io.IOException;
import org.agrona.DirectBuffer;
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
      InputFacts facts = InputFacts.of(examples.schema());
      Model model = ModelFactory.ofJson(modelJson, "to be evaluated", 0, facts);
      ModelFiles.setParameters(model, parameters.value());
      try (Dl4jEngine engine = new Dl4jEngine(model, facts, BATCH)) {
        return count(examples, engine, part);
      }
    }
  }

  private long[][] count(ExampleReader examples, Dl4jEngine engine, int part) {
    int classes = engine.labelLength();
    int label = examples.schema().indexOf(examples.schema().of(Role.LABEL).get(0).name());
    long[][] counts = new long[classes][classes];
    long to = examples.examples() * (part + 1) / parts;
    for (long from = examples.examples() * part / parts; from < to; from += BATCH) {
      int rows = (int) Math.min(BATCH, to - from);
      for (int i = 0; i < rows; i++) {
        examples.read(from + i, i, engine.batch());
      }
      engine.predict(rows);
      DirectBuffer outputs = engine.output("label");
      for (int i = 0; i < rows; i++) {
        counts[examples.category(label, from + i)][largest(outputs, i * classes, classes)]++;
      }
    }
    return counts;
  }

  private static int largest(DirectBuffer outputs, int from, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (outputs.getFloat((from + c) * Float.BYTES)
          > outputs.getFloat((from + best) * Float.BYTES)) {
        best = c;
      }
    }
    return best;
  }
}
