package io.trireme.driver.prepare;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.shard.ShardPlan;
import io.trireme.data.shard.ShardWriter;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.ExampleStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What one Spark task does of the preparation of a set: turns one part into shards.
 *
 * @param set name of the set that it works for
 * @param index of the part in the set
 * @param split the part
 * @param schema the tensors of an example
 * @param perShard the most examples of a shard
 */
record SplitTask(String set, int index, ExampleSplit split, ExampleSchema schema, int perShard)
    implements Serializable {
  private static final int MAX_CAPACITY = 1 << 12;

  /**
   * Writes the part's shards.
   *
   * @param setFolder URI of the set's folder
   * @throws io.trireme.data.BadDataException when the source is bad
   */
  PreparedSplit run(String setFolder, Configuration configuration) throws IOException {
    Path folder = new Path(setFolder);
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    List<Shard> shards = new ArrayList<>();
    try (ExampleStream stream = split.open(configuration);
        ShardWriter writer = new ShardWriter(schema, Math.min(perShard, MAX_CAPACITY))) {
      Tally tally = new Tally(schema, writer);
      while (stream.next(tally)) {
        writer.endExample();
        tally.endExample(stream::position);
        if (isFull(writer)) {
          shards.add(publish(writer, fileSystem, folder, shards.size(), tally.examples()));
        }
      }
      if (writer.examples() > 0) {
        shards.add(publish(writer, fileSystem, folder, shards.size(), tally.examples()));
      }
      return new PreparedSplit(shards, tally.tallies(), null);
    }
  }

  private boolean isFull(ShardWriter writer) {
    return writer.examples() >= perShard || writer.lengthBytes() >= ShardPlan.MAX_SHARD_BYTES;
  }

  private Shard publish(
      ShardWriter writer, FileSystem fileSystem, Path folder, int number, long examples)
      throws IOException {
    String file = String.format(Locale.ROOT, "shard-%05d-%05d.arrow", index, number);
    return writer.publish(fileSystem, folder, file, examples - writer.examples());
  }
}
