package io.trireme.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.DatasetDescription.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetDescriptionTest {
  private final Configuration configuration = new Configuration(false);

  @TempDir Path folder;

  @Test
  void comesBackAsItWasWritten() throws IOException {
    DatasetDescription description = description();
    description.write(hadoop(folder), configuration);
    description.write(hadoop(folder), configuration);
    assertThat(DatasetDescription.read(hadoop(folder), configuration)).isEqualTo(description);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("dataset.json"));
    }
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("dataset.json", "no such file", "run prepare first");
  }

  @Test
  void newerVersionIsRefused() throws IOException {
    rewrite("\"formatVersion\" : 1", "\"formatVersion\" : 2");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("formatVersion expected 1, seen 2", "prepare again");
  }

  @Test
  void damageIsRefused() throws IOException {
    rewrite("\"examples\" : 4", "\"examples\" : 5");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("dataset.json", "not a valid description", "prepare again");
    Files.writeString(folder.resolve("dataset.json"), "{\"formatVersion\" : 1, ");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("not a valid description");
  }

  private void rewrite(String from, String to) throws IOException {
    description().write(hadoop(folder), configuration);
    Path file = folder.resolve("dataset.json");
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replaceFirst(from, to));
  }

  private static DatasetDescription description() {
    return new DatasetDescription(
        1,
        "train",
        4,
        28,
        28,
        1,
        2,
        List.of(3L, 1L),
        0.13,
        0.3,
        1 / 255.0,
        "abc",
        List.of(new Shard("a.arrow", 0, 3, 100, 0xfedcba98L), new Shard("b.arrow", 3, 1, 80, 12)));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
