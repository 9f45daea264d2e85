package io.trireme.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
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
    rewrite("\"formatVersion\" : 2", "\"formatVersion\" : 3");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("formatVersion expected 2, seen 3", "prepare again");
  }

  @Test
  void damageIsRefused() throws IOException {
    rewrite("\"examples\" : 4", "\"examples\" : 5");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("dataset.json", "not a valid description", "prepare again");
    Files.writeString(folder.resolve("dataset.json"), "{\"formatVersion\" : 2, ");
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("not a valid description");
  }

  @Test
  void anImagesDescriptionIsReadAsTensors() throws IOException {
    Files.writeString(
        folder.resolve("dataset.json"),
        """
        {"formatVersion" : 1, "name" : "train", "examples" : 4, "height" : 5, "width" : 3,
         "channels" : 2, "classes" : 2, "classCounts" : [ 3, 1 ], "mean" : 0.13,
         "standardDeviation" : 0.3, "scale" : 0.00392156862745098, "fingerprint" : "abc",
         "shards" : [ {"file" : "a.arrow", "firstExample" : 0, "examples" : 4,
          "lengthBytes" : 100, "crc32c" : 7} ]}
        """);
    DatasetDescription set = DatasetDescription.read(hadoop(folder), configuration);
    assertThat(set.schema().tensors())
        .containsExactly(
            new TensorSpec(
                "image", Role.FEATURE, ElementType.UINT8, List.of(2, 5, 3), 0, 1 / 255.0),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), 2, 1));
    assertThat(set.summary("image")).isEqualTo(new TensorSummary(0.13, 0.3, List.of()));
    assertThat(set.summary("label").categoryCounts()).containsExactly(3L, 1L);
    assertThat(set.summary("label").mean()).isEqualTo(0.25);
    assertThatThrownBy(() -> set.write(hadoop(folder), configuration))
        .isInstanceOf(IllegalStateException.class);
    damageIsRefused("\"classes\" : 2", "\"classes\" : 3");
    damageIsRefused("\"height\" : 5", "\"height\" : 0");
    damageIsRefused("\"shards\"", "\"shard\"");
  }

  private void damageIsRefused(String from, String to) throws IOException {
    Path file = folder.resolve("dataset.json");
    String text = Files.readString(file);
    Files.writeString(file, text.replace(from, to));
    assertThatThrownBy(() -> DatasetDescription.read(hadoop(folder), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("not a valid description");
    Files.writeString(file, text);
  }

  private void rewrite(String from, String to) throws IOException {
    description().write(hadoop(folder), configuration);
    Path file = folder.resolve("dataset.json");
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replaceFirst(from, to));
  }

  private static DatasetDescription description() {
    TensorSpec image =
        new TensorSpec("image", Role.FEATURE, ElementType.UINT8, List.of(1, 28, 28), 0, 1 / 255.0);
    TensorSpec words =
        new TensorSpec("words", Role.FEATURE, ElementType.INT32, List.of(7), true, 900, 1);
    TensorSpec mask =
        new TensorSpec("words_mask", Role.MASK, ElementType.UINT8, List.of(7), true, 0, 1);
    TensorSpec label = new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), 2, 1);
    TensorSummary plain = new TensorSummary(0.13, 0.3, List.of());
    return new DatasetDescription(
        DatasetDescription.FORMAT_VERSION,
        "train",
        4,
        new ExampleSchema(List.of(image, words, mask, label)),
        List.of(
            plain,
            new TensorSummary(4, 1, Collections.nCopies(900, 1L)),
            plain,
            new TensorSummary(0.25, 0.43, List.of(3L, 1L))),
        "abc",
        List.of(new Shard("a.arrow", 0, 3, 100, 0xfedcba98L), new Shard("b.arrow", 3, 1, 80, 12)));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
