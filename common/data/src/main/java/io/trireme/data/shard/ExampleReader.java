package io.trireme.data.shard;

import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.ExampleSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private final DatasetDescription description;
  private final List<ShardFile> shards;
  private final long[] firstExamples;
  private final TensorReader[] tensors;

  private ExampleReader(DatasetDescription description, List<ShardFile> shards) {
    this.description = description;
    this.shards = List.copyOf(shards);
    this.tensors =
        description.schema().tensors().stream().map(TensorReader::new).toArray(TensorReader[]::new);
    firstExamples = description.shards().stream().mapToLong(Shard::firstExample).toArray();
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

  /** The tensors of an example. */
  public ExampleSchema schema() {
    return description.schema();
  }

  /**
   * Writes one example into a row of a batch as float32 in the platform's byte order: each number
   * times its tensor's scale, a label of categories one-hot, zeros after what is shorter than its
   * tensor's shape. Allocates nothing.
   *
   * @param index of the example, 0 to {@code examples() - 1}
   * @param row of the batch, 0 to {@code batch.capacity() - 1}
   * @param batch of this reader's {@link #schema()}
   */
  public void read(long index, int row, ExampleBatch batch) {
    int shardIndex = shardOf(index);
    ShardFile shard = shards.get(shardIndex);
    int shardRow = (int) (index - firstExamples[shardIndex]);
    for (int i = 0; i < tensors.length; i++) {
      TensorReader tensor = tensors[i];
      tensor.read(
          shard.bytes(), shard.column(i), shardRow, batch.buffer(i), row * tensor.denseBytes());
    }
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
