package io.trireme.data.shard;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    List<Shard> written = new ArrayList<>();
    int example = 0;
    for (int examples : shards) {
      try (ShardWriter writer = new ShardWriter(examples, height, width, 1)) {
        int first = example;
        for (; example < first + examples; example++) {
          writer.add(pixels(example, height * width), 0, example % classes);
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
            height,
            width,
            1,
            classes,
            Collections.nCopies(classes, 1L),
            0.5,
            0.25,
            1 / 255.0,
            "0123abcd",
            written);
    description.write(folder, configuration);
    return description;
  }

  static byte[] pixels(int example, int length) {
    byte[] pixels = new byte[length];
    for (int i = 0; i < length; i++) {
      pixels[i] = (byte) (7 * example + i);
    }
    return pixels;
  }
}
