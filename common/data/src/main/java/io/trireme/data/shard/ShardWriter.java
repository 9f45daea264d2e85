package io.trireme.data.shard;

import io.trireme.common.files.AtomicFile;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.ExampleSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Collects the examples of one shard off-heap and publishes them as an Arrow IPC file. The bytes of
 * the file depend on the examples alone. Holds native memory until closed; not for several threads.
 */
public final class ShardWriter implements ExampleSink, AutoCloseable {
  private final ExampleSchema schema;
  private final BufferAllocator allocator = new RootAllocator();
  private final List<ColumnBuilder> columns = new ArrayList<>();
  private int examples;

  /**
   * A writer of a schema.
   *
   * @param capacity how many examples are expected; memory for them is taken at once
   */
  public ShardWriter(ExampleSchema schema, int capacity) {
    this.schema = schema;
    schema.tensors().forEach(tensor -> columns.add(new ColumnBuilder(tensor, capacity, allocator)));
  }

  /** Number of examples so far. */
  public int examples() {
    return examples;
  }

  /** Bytes of the examples so far; a file must stay below 2 GiB. */
  public long lengthBytes() {
    return columns.stream().mapToLong(ColumnBuilder::lengthBytes).sum();
  }

  @Override
  public void bytes(int tensor, byte[] values, int offset, int length) {
    columns.get(tensor).bytes(values, offset, length);
  }

  @Override
  public void ints(int tensor, int[] values, int offset, int length) {
    columns.get(tensor).ints(values, offset, length);
  }

  @Override
  public void floats(int tensor, float[] values, int offset, int length) {
    columns.get(tensor).floats(values, offset, length);
  }

  /**
   * Ends an example.
   *
   * @throws IllegalStateException if a tensor of it was not set, or set twice
   */
  public void endExample() {
    examples++;
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).rows() != examples) {
        throw new IllegalStateException(
            schema.tensors().get(i).name()
                + ": expected "
                + examples
                + " examples, seen "
                + columns.get(i).rows());
      }
    }
  }

  /**
   * Publishes what was added as a file, whole or not at all, and empties the writer.
   *
   * @param folder the data set's folder
   * @param file the shard's name in it
   * @param firstExample index of the shard's first example in the set
   * @return how the shard is listed in the set's description
   */
  public Shard publish(FileSystem fileSystem, Path folder, String file, long firstExample)
      throws IOException {
    Shard[] shard = new Shard[1];
    try (VectorSchemaRoot root = VectorSchemaRoot.create(ShardFormat.arrow(schema), allocator)) {
      load(root);
      AtomicFile.write(
          fileSystem,
          new Path(folder, file),
          out -> {
            ChecksumChannel channel = new ChecksumChannel(out);
            try (ArrowFileWriter writer = new ArrowFileWriter(root, null, channel)) {
              writer.start();
              writer.writeBatch();
              writer.end();
            }
            shard[0] =
                new Shard(file, firstExample, examples, channel.lengthBytes(), channel.crc32c());
          });
    }
    columns.forEach(ColumnBuilder::clear);
    examples = 0;
    return shard[0];
  }

  private void load(VectorSchemaRoot root) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    columns.forEach(column -> column.addTo(nodes, buffers));
    try (ArrowRecordBatch batch = new ArrowRecordBatch(examples, nodes, buffers)) {
      new VectorLoader(root).load(batch);
    }
  }

  @Override
  public void close() {
    try (allocator) {
      columns.forEach(ColumnBuilder::close);
    }
  }
}
