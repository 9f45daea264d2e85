package io.trireme.driver.prepare;

import io.trireme.common.config.DataConfig.SourceConfig;
import io.trireme.data.BadDataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Where a set comes from. */
sealed interface SetSource {

  /** Name of the set, {@code train} or {@code test}. */
  String set();

  /** The tasks that make the set's shards. */
  List<ShardTask> tasks();

  /** A line that is equal for sources that hold the same examples, and for no others. */
  String identity(Configuration configuration) throws IOException;

  /** How messages name an example with a label that should not be there. */
  String place(long record);

  /** Two IDX files, as full URIs, since executors have other working folders. */
  record Idx(String set, String images, String labels) implements SetSource {
    private static final int LABEL_HEADER_BYTES = 8;
    private static final int CHUNK_BYTES = 1 << 16;

    static Idx of(String set, SourceConfig source, Configuration configuration) throws IOException {
      return new Idx(
          set,
          full("data." + set + ".images", source.images(), configuration),
          full("data." + set + ".labels", source.labels(), configuration));
    }

    private static String full(String key, @Nullable String path, Configuration configuration)
        throws IOException {
      if (path == null) {
        throw new BadDataException(
            key + ": missing; data.format idx needs the path of a file in IDX format");
      }
      Path file = new Path(path);
      return file.getFileSystem(configuration).makeQualified(file).toString();
    }

    @Override
    public List<ShardTask> tasks() {
      return List.of(new IdxTask(set, images, labels));
    }

    @Override
    public String identity(Configuration configuration) throws IOException {
      return "idx %s %s %s"
          .formatted(
              set, sum("images", images, configuration), sum("labels", labels, configuration));
    }

    private String sum(String key, String file, Configuration configuration) throws IOException {
      Path path = new Path(file);
      FileSystem fileSystem = path.getFileSystem(configuration);
      CRC32C crc = new CRC32C();
      long length = 0;
      try (InputStream in = fileSystem.open(path)) {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          crc.update(chunk, 0, read);
          length += read;
        }
      } catch (FileNotFoundException missing) {
        throw new BadDataException(
            "%s: no such file (%s); correct data.%s.%s in the job file"
                .formatted(file, missing.getMessage(), set, key),
            missing);
      }
      return "%d %08x".formatted(length, crc.getValue());
    }

    @Override
    public String place(long record) {
      return "%s: record %d (byte %d)".formatted(labels, record, LABEL_HEADER_BYTES + record);
    }
  }

  /** Digits drawn from a seed. */
  record Digits(String set, long seed, int split, int examples) implements SetSource {

    static Digits of(String set, long seed, int split, SourceConfig source) {
      Integer examples = source.examples();
      if (examples == null || examples < 1) {
        throw new BadDataException(
            "data.%s.examples: expected at least 1, seen %s; data.format digits needs the number of digits to draw"
                .formatted(set, examples));
      }
      return new Digits(set, seed, split, examples);
    }

    @Override
    public List<ShardTask> tasks() {
      return ShardPlan.of(examples, DigitGenerator.SIZE * DigitGenerator.SIZE).stream()
          .<ShardTask>map(
              range ->
                  new DigitsTask(set, seed, split, range.file(), range.first(), range.examples()))
          .toList();
    }

    @Override
    public String identity(Configuration configuration) {
      return "digits %s version %d seed %d split %d examples %d"
          .formatted(set, DigitGenerator.VERSION, seed, split, examples);
    }

    @Override
    public String place(long record) {
      return "digit " + record + " of " + set;
    }
  }
}
