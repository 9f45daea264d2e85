package io.trireme.driver.prepare;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.idx.IdxReader;
import io.trireme.data.shard.ShardWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Streams the two IDX files of a set into all of its shards: gzip cannot be entered midway. */
record IdxTask(String set, String images, String labels) implements ShardTask {
  private static final int MASK = 0xff;
  private static final int CHUNK_BYTES = 1 << 20;

  @Override
  public PreparedShard run(String setFolder, Configuration configuration) throws IOException {
    Path folder = new Path(setFolder);
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    try (IdxReader imageReader = IdxReader.images(new Path(images), configuration);
        IdxReader labelReader = IdxReader.labels(new Path(labels), configuration)) {
      if (imageReader.records() != labelReader.records()) {
        throw new BadDataException(
            "%s: expected one label for each of the %d images of %s, seen %d labels; name the two files of one set"
                .formatted(labels, imageReader.records(), images, labelReader.records()));
      }
      Tally tally = new Tally();
      List<Shard> shards = new ArrayList<>();
      for (ShardPlan.Range range : ShardPlan.of(imageReader.records(), imageReader.recordBytes())) {
        try (ShardWriter writer =
            new ShardWriter(range.examples(), imageReader.height(), imageReader.width(), 1)) {
          copy(imageReader, labelReader, range, writer, tally);
          shards.add(writer.publish(fileSystem, folder, range.file(), range.first()));
        }
      }
      imageReader.finish();
      labelReader.finish();
      return PreparedShard.of(imageReader.height(), imageReader.width(), shards, tally);
    }
  }

  private static void copy(
      IdxReader images, IdxReader labels, ShardPlan.Range range, ShardWriter writer, Tally tally)
      throws IOException {
    int exampleBytes = images.recordBytes();
    int chunk = Math.max(1, CHUNK_BYTES / exampleBytes);
    byte[] pixels = new byte[chunk * exampleBytes];
    byte[] classes = new byte[chunk];
    int done = 0;
    while (done < range.examples()) {
      int records = Math.min(chunk, range.examples() - done);
      images.read(pixels, 0, records);
      labels.read(classes, 0, records);
      for (int i = 0; i < records; i++) {
        int label = classes[i] & MASK;
        writer.add(pixels, i * exampleBytes, label);
        tally.add(pixels, i * exampleBytes, exampleBytes, label, range.first() + done + i);
      }
      done += records;
    }
  }
}
