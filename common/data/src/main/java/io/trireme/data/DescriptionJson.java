package io.trireme.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;

/** A data set's description as the text of its file, of this version and of the one before. */
final class DescriptionJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .build();

  private DescriptionJson() {}

  /**
   * Version 1: an image, its planes row by row, and its class.
   *
   * @param scale what a byte was multiplied with; mean and deviation are of the products
   */
  record Images(
      int formatVersion,
      String name,
      long examples,
      int height,
      int width,
      int channels,
      int classes,
      List<Long> classCounts,
      double mean,
      double standardDeviation,
      double scale,
      String fingerprint,
      List<Shard> shards) {

    Images {
      classCounts = List.copyOf(classCounts);
      shards = List.copyOf(shards);
      if (classes < 1) {
        throw new IllegalArgumentException("classes: " + classes);
      }
    }

    DatasetDescription description() {
      TensorSpec image =
          new TensorSpec(
              "image", Role.FEATURE, ElementType.UINT8, List.of(channels, height, width), 0, scale);
      TensorSpec label =
          new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), classes, 1);
      return new DatasetDescription(
          formatVersion,
          name,
          examples,
          new ExampleSchema(List.of(image, label)),
          List.of(new TensorSummary(mean, standardDeviation, List.of()), labels()),
          fingerprint,
          shards);
    }

    private TensorSummary labels() {
      double sum = 0;
      double squares = 0;
      for (int label = 0; label < classCounts.size(); label++) {
        sum += (double) label * classCounts.get(label);
        squares += (double) label * label * classCounts.get(label);
      }
      double average = sum / examples;
      return new TensorSummary(
          average, Math.sqrt(Math.max(0, squares / examples - average * average)), classCounts);
    }
  }

  static byte[] bytes(DatasetDescription description) throws IOException {
    return JSON.writeValueAsBytes(description);
  }

  /**
   * Reads a file's text.
   *
   * @throws BadDataException when it is damaged, or a newer version wrote it
   */
  static DatasetDescription parse(Path file, byte[] bytes) throws IOException {
    try {
      JsonNode tree = JSON.readTree(bytes);
      return switch (tree.path("formatVersion").asInt(-1)) {
        case DatasetDescription.IMAGES_VERSION ->
            JSON.treeToValue(tree, Images.class).description();
        case DatasetDescription.FORMAT_VERSION -> JSON.treeToValue(tree, DatasetDescription.class);
        default ->
            throw new BadDataException(
                String.format(
                    Locale.ROOT,
                    "%s: formatVersion expected %d, seen %s; delete the folder and prepare again",
                    file,
                    DatasetDescription.FORMAT_VERSION,
                    tree.path("formatVersion")));
      };
    } catch (JsonProcessingException | IllegalArgumentException damaged) {
      throw new BadDataException(
          file
              + ": not a valid description ("
              + String.valueOf(damaged.getMessage()).lines().findFirst().orElse("")
              + "); delete the folder and prepare again",
          damaged);
    }
  }
}
