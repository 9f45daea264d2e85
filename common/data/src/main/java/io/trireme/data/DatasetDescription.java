package io.trireme.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.trireme.common.files.AtomicFile;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a prepared data set is: the {@code dataset.json} beside its shards, written after all of
 * them. A folder without a valid one holds no data set.
 *
 * @param formatVersion version of this file and of the shards, {@link #FORMAT_VERSION}
 * @param name {@code train} or {@code test}
 * @param examples number of examples
 * @param height rows of an image
 * @param width columns of an image
 * @param channels planes of an image; a pixel is one unsigned byte a plane
 * @param classes number of classes; labels run from 0 to {@code classes - 1}
 * @param classCounts examples of each class
 * @param mean mean of the scaled values
 * @param standardDeviation standard deviation of the scaled values
 * @param scale what an unsigned byte is multiplied with to become a feature
 * @param fingerprint of the sources and options that the set was made from; equal fingerprints mean
 *     equal shards
 * @param shards in ascending order, covering the examples
 */
public record DatasetDescription(
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

  /** The version that this code writes and reads. */
  public static final int FORMAT_VERSION = 1;

  /** Name of the file in a data set's folder. */
  public static final String FILE = "dataset.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * One file of consecutive examples.
   *
   * @param file name in the data set's folder
   * @param firstExample index of its first example in the set
   * @param examples number of examples
   * @param lengthBytes length of the file
   * @param crc32c CRC32C of the whole file
   */
  public record Shard(
      String file, long firstExample, int examples, long lengthBytes, long crc32c) {}

  public DatasetDescription {
    classCounts = List.copyOf(classCounts);
    shards = List.copyOf(shards);
    long at = 0;
    for (Shard shard : shards) {
      if (shard.firstExample() != at || shard.examples() < 1) {
        throw new IllegalArgumentException(
            "shard %s starts at example %d with %d examples, expected the start %d"
                .formatted(shard.file(), shard.firstExample(), shard.examples(), at));
      }
      at += shard.examples();
    }
    if (at != examples) {
      throw new IllegalArgumentException("the shards hold " + at + " of " + examples + " examples");
    }
    if (height < 1 || width < 1 || channels < 1 || classes < 1 || classCounts.size() != classes) {
      throw new IllegalArgumentException(
          "height %d, width %d, channels %d, classes %d with %d counts"
              .formatted(height, width, channels, classes, classCounts.size()));
    }
  }

  /** The tensors of an example. */
  public ExampleSchema schema() {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                "image",
                Role.FEATURE,
                ElementType.UINT8,
                List.of(channels, height, width),
                0,
                (float) scale),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), classes, 1)));
  }

  /** Bytes of an example's pixels, which is also the number of its features. */
  public int exampleBytes() {
    return height * width * channels;
  }

  /** Publishes the description in a data set's folder, replacing an older one. */
  public void write(Path folder, Configuration configuration) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(this);
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    AtomicFile.write(fileSystem, new Path(folder, FILE), out -> out.write(bytes));
  }

  /**
   * Reads the description of the data set in a folder.
   *
   * @throws BadDataException when there is none, it is damaged, or another version wrote it
   */
  public static DatasetDescription read(Path folder, Configuration configuration)
      throws IOException {
    Path file = new Path(folder, FILE);
    byte[] bytes;
    try (InputStream in = PlainFiles.of(folder, configuration).open(file)) {
      bytes = in.readAllBytes();
    } catch (FileNotFoundException missing) {
      throw new BadDataException(
          file + ": no such file, so the folder holds no prepared data set; run prepare first",
          missing);
    }
    try {
      JsonNode tree = JSON.readTree(bytes);
      int version = tree.path("formatVersion").asInt(-1);
      if (version != FORMAT_VERSION) {
        throw new BadDataException(
            "%s: formatVersion expected %d, seen %s; delete the folder and prepare again"
                .formatted(file, FORMAT_VERSION, tree.path("formatVersion")));
      }
      return JSON.treeToValue(tree, DatasetDescription.class);
    } catch (JsonProcessingException | IllegalArgumentException damaged) {
      throw new BadDataException(
          "%s: not a valid description (%s); delete the folder and prepare again"
              .formatted(file, firstLine(damaged)),
          damaged);
    }
  }

  private static String firstLine(Exception problem) {
    return String.valueOf(problem.getMessage()).lines().findFirst().orElse("");
  }
}
