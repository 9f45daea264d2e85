package io.trireme.driver.prepare;

import io.trireme.common.config.BatchConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.DataConfig;
import io.trireme.common.config.EngineConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.OutputConfig;
import io.trireme.common.config.ServersConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.TransportConfig;
import io.trireme.common.config.WorkersConfig;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import java.nio.ByteBuffer;
import java.util.Map;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Jobs of which the data matters, and room for an example. */
final class DataJobs {
  private DataJobs() {}

  static JobConfig digits(int train, int test) {
    return job(new DataConfig("digits", Map.of("examples", train), Map.of("examples", test), null));
  }

  static JobConfig points(Map<String, Object> train, Map<String, Object> test) {
    return job(new DataConfig("points", train, test, null));
  }

  static ExampleBatch batch(ExampleSchema schema) {
    return new ExampleBatch(
        schema,
        1,
        schema.tensors().stream()
            .<MutableDirectBuffer>map(
                tensor -> new UnsafeBuffer(ByteBuffer.allocateDirect(4 * tensor.denseLength())))
            .toList());
  }

  static JobConfig job(DataConfig data) {
    return new JobConfig(
        "prepared",
        42,
        new ModelConfig(null, "model.json"),
        EngineConfig.CPU,
        data,
        new BatchConfig(8, 2),
        1,
        null,
        SyncConfig.bsp(),
        CompressionConfig.NONE,
        NonFiniteConfig.FAIL,
        new WorkersConfig(1, 1, 1),
        ServersConfig.of(1),
        null,
        new TransportConfig(1 << 20, 1408, null, 10),
        new OutputConfig("runs"));
  }
}
