package io.trireme.data.shard;

import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.apache.hadoop.conf.Configuration;

/**
 * Random access to the examples of a prepared set, straight from mapped shards into the memory that
 * a network reads.
 *
 * <p>Immutable after opening and without state of its own per call, so that any number of threads
 * may share one reader; readers of the same set on one host share the memory of the shards. Close
 * it after the last read has returned: the mappings vanish with it.
 */
public final class ExampleReader implements AutoCloseable {
  private static final int BYTE_VALUES = 256;
  private static final int MASK = 0xff;

  private final DatasetDescription description;
  private final List<ShardFile> shards;
  private final long[] firstExamples;
  private final float[] scaled = new float[BYTE_VALUES];
  private final int exampleBytes;
  private final int classes;

  private ExampleReader(DatasetDescription description, List<ShardFile> shards) {
    this.description = description;
    this.shards = List.copyOf(shards);
    this.exampleBytes = description.exampleBytes();
    this.classes = description.classes();
    firstExamples = description.shards().stream().mapToLong(Shard::firstExample).toArray();
    for (int value = 0; value < BYTE_VALUES; value++) {
      scaled[value] = (float) (value * description.scale());
    }
  }

  /**
   * Opens a prepared set and verifies length and checksum of every shard.
   *
   * @param folder path or URI of the set's folder, on any Hadoop file system; shards that are not
   *     on local disk are copied there
   * @param cacheFolder where copies live; may be shared by jobs and processes
   * @throws io.trireme.data.BadDataException when the set is missing or damaged
   */
  public static ExampleReader open(String folder, Path cacheFolder, Configuration configuration)
      throws IOException {
    org.apache.hadoop.fs.Path setFolder = new org.apache.hadoop.fs.Path(folder);
    DatasetDescription description = DatasetDescription.read(setFolder, configuration);
    ShardCache cache = new ShardCache(cacheFolder, configuration);
    List<ShardFile> shards = new ArrayList<>();
    try {
      for (Shard shard : description.shards()) {
        shards.add(cache.open(setFolder, description, shard));
      }
      return new ExampleReader(description, shards);
    } catch (IOException | RuntimeException failure) {
      shards.forEach(ShardFile::close);
      throw failure;
    }
  }

  /** What the set is. */
  public DatasetDescription description() {
    return description;
  }

  /** Number of examples. */
  public long examples() {
    return description.examples();
  }

  /**
   * Writes one example as float32 in the platform's byte order: its features (bytes times the set's
   * scale, plane by plane, row by row) and its label, one-hot.
   *
   * @param index of the example, 0 to {@code examples() - 1}
   * @param features room for {@code description().exampleBytes()} floats from {@code
   *     featuresOffset} bytes
   * @param labels room for {@code description().classes()} floats from {@code labelsOffset} bytes
   */
  public void read(
      long index,
      MutableDirectBuffer features,
      int featuresOffset,
      MutableDirectBuffer labels,
      int labelsOffset) {
    int shardIndex = shardOf(index);
    ShardFile shard = shards.get(shardIndex);
    int row = (int) (index - firstExamples[shardIndex]);
    PixelKernel.scale(
        shard.bytes(),
        shard.pixelsOffset() + row * exampleBytes,
        exampleBytes,
        scaled,
        features,
        featuresOffset);
    int label = shard.bytes().getByte(shard.labelsOffset() + row) & MASK;
    labels.setMemory(labelsOffset, classes * Float.BYTES, (byte) 0);
    labels.putFloat(labelsOffset + label * Float.BYTES, 1f);
  }

  /** The class of one example. */
  public int label(long index) {
    int shardIndex = shardOf(index);
    ShardFile shard = shards.get(shardIndex);
    int row = (int) (index - firstExamples[shardIndex]);
    return shard.bytes().getByte(shard.labelsOffset() + row) & MASK;
  }

  private int shardOf(long index) {
    if (index < 0 || index >= description.examples()) {
      throw new IndexOutOfBoundsException(
          "example " + index + " of a set of " + description.examples());
    }
    int low = 0;
    int high = firstExamples.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (firstExamples[middle] <= index) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  @Override
  public void close() {
    shards.forEach(ShardFile::close);
  }
}
