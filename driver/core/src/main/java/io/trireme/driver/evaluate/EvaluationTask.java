package io.trireme.driver.evaluate;

import io.trireme.common.config.EngineConfig;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.shard.ExampleReader;
import io.trireme.driver.executor.Devices;
import io.trireme.driver.executor.LocalFolders;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.engine.TrainableModel;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.deploy.SparkHadoopUtil;

/** A task that evaluates one part of a data set. */
final class EvaluationTask implements Function<Integer, String> {

  private static final long serialVersionUID = 1L;
  private static final int BATCH = 256;

  private final String description;
  private final String data;
  private final int parts;
  private final Broadcast<byte[]> parameters;
  private final EngineConfig engine;

  EvaluationTask(
      String description,
      String data,
      int parts,
      Broadcast<byte[]> parameters,
      EngineConfig engine) {
    this.description = description;
    this.data = data;
    this.parts = parts;
    this.parameters = parameters;
    this.engine = engine;
  }

  /** The part's {@link ClassCounts}. */
  @Override
  public String call(Integer part) throws IOException {
    NativeThreads.use(1);
    try (ExampleReader examples =
        ExampleReader.open(data, LocalFolders.dataCache(), SparkHadoopUtil.get().conf())) {
      TrainableModel model =
          ModelFamily.of(description).open(description, "to be evaluated", 0, examples.schema());
      model.parameters().putBytes(0, parameters.value());
      try (GradientEngine computing =
          model.engine(engine.name(), BATCH, Devices.settings(engine))) {
        return count(examples, computing, part).toJson();
      }
    }
  }

  private ClassCounts count(ExampleReader examples, GradientEngine computing, int part) {
    ExampleBatch batch = computing.batch();
    TensorSpec label = ClassCounts.label(batch.schema());
    ClassCounts counts = new ClassCounts(label);
    DirectBuffer labels = batch.buffer(batch.schema().indexOf(label.name()));
    long to = examples.examples() * (part + 1) / parts;
    for (long from = examples.examples() * part / parts; from < to; from += BATCH) {
      int rows = (int) Math.min(BATCH, to - from);
      for (int i = 0; i < rows; i++) {
        examples.read(from + i, i, batch);
      }
      computing.predict(rows);
      counts.add(labels, computing.output(label.name()), rows);
    }
    return counts;
  }
}
