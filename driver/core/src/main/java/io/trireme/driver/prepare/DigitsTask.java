package io.trireme.driver.prepare;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.shard.ShardWriter;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Draws one shard of digits. */
record DigitsTask(String set, long seed, int split, String file, long first, int examples)
    implements ShardTask {

  @Override
  public PreparedShard run(String setFolder, Configuration configuration) throws IOException {
    Path folder = new Path(setFolder);
    DigitGenerator generator = new DigitGenerator(seed);
    byte[] image = new byte[DigitGenerator.SIZE * DigitGenerator.SIZE];
    Tally tally = new Tally();
    try (ShardWriter writer =
        new ShardWriter(examples, DigitGenerator.SIZE, DigitGenerator.SIZE, 1)) {
      for (long index = first; index < first + examples; index++) {
        int label = generator.draw(split, index, image, 0);
        writer.add(image, 0, label);
        tally.add(image, 0, image.length, label, index);
      }
      Shard shard = writer.publish(PlainFiles.of(folder, configuration), folder, file, first);
      return PreparedShard.of(DigitGenerator.SIZE, DigitGenerator.SIZE, List.of(shard), tally);
    }
  }
}
