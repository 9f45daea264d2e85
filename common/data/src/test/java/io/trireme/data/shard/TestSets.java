package io.trireme.data.shard;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.TensorSummary;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes small prepared sets: pixel i of example e is (7 e + i) mod 256, its label e mod classes.
 */
final class TestSets {
  private TestSets() {}

  static DatasetDescription write(
      Path folder, Configuration configuration, int height, int width, int classes, int... shards)
      throws IOException {
    ExampleSchema schema = images(height, width, classes);
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    List<Shard> written = new ArrayList<>();
    int example = 0;
    for (int examples : shards) {
      try (ShardWriter writer = new ShardWriter(schema, examples)) {
        int first = example;
        for (; example < first + examples; example++) {
          writer.bytes(0, pixels(example, height * width), 0, height * width);
          writer.bytes(1, new byte[] {(byte) (example % classes)}, 0, 1);
          writer.endExample();
        }
        written.add(
            writer.publish(
                fileSystem, folder, "shard-%05d.arrow".formatted(written.size()), first));
      }
    }
    DatasetDescription description =
        new DatasetDescription(
            DatasetDescription.FORMAT_VERSION,
            "train",
            example,
            schema,
            List.of(
                new TensorSummary(0.5, 0.25, List.of()),
                new TensorSummary(1, 1, Collections.nCopies(classes, 1L))),
            "0123abcd",
            written);
    description.write(folder, configuration);
    return description;
  }

  static ExampleSchema images(int height, int width, int classes) {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                "image", Role.FEATURE, ElementType.UINT8, List.of(1, height, width), 0, 1 / 255.0),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), classes, 1)));
  }

  /** A batch whose floats are all of bytes 0x7f, so that what is not written shows. */
  static ExampleBatch batch(ExampleSchema schema, int rows) {
    return new ExampleBatch(
        schema,
        rows,
        schema.tensors().stream()
            .<MutableDirectBuffer>map(
                tensor -> {
                  int bytes = Float.BYTES * rows * tensor.denseLength();
                  UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
                  memory.setMemory(0, bytes, (byte) 0x7f);
                  return memory;
                })
            .toList());
  }

  static byte[] pixels(int example, int length) {
    byte[] pixels = new byte[length];
    for (int i = 0; i < length; i++) {
      pixels[i] = (byte) (7 * example + i);
    }
    return pixels;
  }
}
