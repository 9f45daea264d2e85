package io.trireme.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.data.DatasetDescription;
import io.trireme.data.digits.DigitGenerator;
import io.trireme.data.schema.ExampleBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards of version 1, which the code of its time wrote, are read as they were then. */
class OldShardsTest {
  private static final int PIXELS = DigitGenerator.SIZE * DigitGenerator.SIZE;

  @TempDir Path cache;

  @ParameterizedTest
  @CsvSource({"train, 0, 4", "test, 1, 2"})
  void readsImagesAndLabels(String set, int split, int examples) throws IOException {
    String folder = Path.of("src", "test", "resources", "v1-digits", set).toString();
    DigitGenerator generator = new DigitGenerator(42);
    byte[] image = new byte[PIXELS];
    try (ExampleReader reader = ExampleReader.open(folder, cache, new Configuration(false))) {
      assertThat(reader.description().formatVersion()).isEqualTo(DatasetDescription.IMAGES_VERSION);
      assertThat(reader.description().fingerprint()).isEqualTo("bfe2035d23c70c7d");
      assertThat(reader.examples()).isEqualTo(examples);
      assertThat(reader.schema().tensor("image").shape()).isEqualTo(List.of(1, 28, 28));
      ExampleBatch batch = TestSets.batch(reader.schema(), 1);
      for (int i = 0; i < examples; i++) {
        reader.read(i, 0, batch);
        int label = generator.draw(split, i, image, 0);
        for (int p = 0; p < PIXELS; p++) {
          assertThat(batch.buffer(0).getFloat(4 * p))
              .isEqualTo((float) ((image[p] & 0xff) * (1 / 255.0)));
        }
        assertThat(batch.buffer(1).getFloat(4 * label)).isEqualTo(1f);
      }
    }
  }
}
