package io.trireme.data.shard;

import io.trireme.common.files.AtomicFile;
import io.trireme.data.DatasetDescription.Shard;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Collects the examples of one shard off-heap and publishes them as an Arrow IPC file. The bytes of
 * the file depend on the examples alone. Holds native memory until closed; not for several threads.
 */
public final class ShardWriter implements AutoCloseable {
  private final int capacity;
  private final int exampleBytes;
  private final BufferAllocator allocator;
  private final FixedSizeBinaryVector images;
  private final UInt1Vector labels;
  private final VectorSchemaRoot root;
  private int examples;

  /**
   * Room for {@code capacity} examples, which together must stay below 2 GiB.
   *
   * @param height rows of an image
   * @param width columns of an image
   * @param channels planes of an image
   */
  public ShardWriter(int capacity, int height, int width, int channels) {
    this.capacity = capacity;
    exampleBytes = Math.multiplyExact(Math.multiplyExact(height, width), channels);
    int pixels = Math.multiplyExact(capacity, exampleBytes);
    Field image =
        new Field(
            ShardFormat.IMAGE,
            FieldType.notNullable(new ArrowType.FixedSizeBinary(exampleBytes)),
            List.of());
    Field label =
        new Field(
            ShardFormat.LABEL,
            FieldType.notNullable(new ArrowType.Int(ShardFormat.LABEL_BITS, false)),
            List.of());
    allocator = new RootAllocator(2L * pixels + 16L * capacity + (1 << 20));
    root =
        VectorSchemaRoot.create(
            new Schema(List.of(image, label), ShardFormat.metadata(height, width, channels)),
            allocator);
    images = (FixedSizeBinaryVector) root.getVector(0);
    labels = (UInt1Vector) root.getVector(1);
    images.allocateNew(capacity);
    labels.allocateNew(capacity);
  }

  /** Number of examples so far. */
  public int examples() {
    return examples;
  }

  /**
   * Adds one example; there must be room.
   *
   * @param pixels holds the image's bytes from {@code offset}
   * @param label 0 to 255
   */
  public void add(byte[] pixels, int offset, int label) {
    if (examples == capacity) {
      throw new IllegalStateException("the shard already holds its " + capacity + " examples");
    }
    images.getDataBuffer().setBytes((long) examples * exampleBytes, pixels, offset, exampleBytes);
    labels.getDataBuffer().setByte(examples, label);
    examples++;
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
    markPresent(images);
    markPresent(labels);
    root.setRowCount(examples);
    Shard[] shard = new Shard[1];
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
    examples = 0;
    return shard[0];
  }

  private void markPresent(BaseFixedWidthVector vector) {
    int bytes = (examples + Byte.SIZE - 1) / Byte.SIZE;
    vector.getValidityBuffer().setZero(0, bytes);
    for (int i = 0; i < examples; i++) {
      vector.setIndexDefined(i);
    }
  }

  @Override
  public void close() {
    try (allocator) {
      root.close();
    }
  }
}
