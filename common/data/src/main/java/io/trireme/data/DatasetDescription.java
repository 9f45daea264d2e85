package io.trireme.data;

import io.trireme.common.files.AtomicFile;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.TensorSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a prepared data set is: the {@code dataset.json} beside its shards, written after all of
 * them. A folder without a valid one holds no data set.
 *
 * @param formatVersion version of the shards, {@link #IMAGES_VERSION} to {@link #FORMAT_VERSION}
 * @param name {@code train} or {@code test}
 * @param examples number of examples
 * @param schema the tensors of an example; no number of categories is open
 * @param summaries one for each tensor of the schema
 * @param fingerprint of the sources and options that the set was made from; equal fingerprints mean
 *     equal shards
 * @param shards in ascending order, covering the examples
 */
public record DatasetDescription(
    int formatVersion,
    String name,
    long examples,
    ExampleSchema schema,
    List<TensorSummary> summaries,
    String fingerprint,
    List<Shard> shards) {

  /** The version that this code writes. */
  public static final int FORMAT_VERSION = 2;

  /** The version in which every example was an image of bytes and its class. */
  public static final int IMAGES_VERSION = 1;

  /** Name of the file in a data set's folder. */
  public static final String FILE = "dataset.json";

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
    summaries = List.copyOf(summaries);
    shards = List.copyOf(shards);
    long at = 0;
    for (Shard shard : shards) {
      if (shard.firstExample() != at || shard.examples() < 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "shard %s starts at example %d with %d examples, expected the start %d",
                shard.file(),
                shard.firstExample(),
                shard.examples(),
                at));
      }
      at += shard.examples();
    }
    if (at != examples) {
      throw new IllegalArgumentException("the shards hold " + at + " of " + examples + " examples");
    }
    if (summaries.size() != schema.tensors().size()) {
      throw new IllegalArgumentException(
          summaries.size() + " summaries of " + schema.tensors().size() + " tensors");
    }
    for (int i = 0; i < summaries.size(); i++) {
      TensorSpec tensor = schema.tensors().get(i);
      if (summaries.get(i).categoryCounts().size() != tensor.categories()) {
        throw new IllegalArgumentException(
            tensor.name() + ": " + tensor.categories() + " categories, " + summaries.get(i));
      }
    }
  }

  /** What the examples have in a tensor of a name. */
  public TensorSummary summary(String tensor) {
    return summaries.get(schema.indexOf(tensor));
  }

  /**
   * Publishes the description in a data set's folder, replacing an older one.
   *
   * @throws IllegalStateException if its shards are of an older version
   */
  public void write(Path folder, Configuration configuration) throws IOException {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalStateException(
          "a description of version " + formatVersion + " is not written");
    }
    byte[] bytes = DescriptionJson.bytes(this);
    FileSystem fileSystem = PlainFiles.of(folder, configuration);
    AtomicFile.write(fileSystem, new Path(folder, FILE), out -> out.write(bytes));
  }

  /**
   * Reads the description of the data set in a folder.
   *
   * @throws BadDataException when there is none, it is damaged, or a newer version wrote it
   */
  public static DatasetDescription read(Path folder, Configuration configuration)
      throws IOException {
    Path file = new Path(folder, FILE);
    try (InputStream in = PlainFiles.of(folder, configuration).open(file)) {
      return DescriptionJson.parse(file, in.readAllBytes());
    } catch (FileNotFoundException missing) {
      throw new BadDataException(
          file + ": no such file, so the folder holds no prepared data set; run prepare first",
          missing);
    }
  }
}
