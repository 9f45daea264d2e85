package io.trireme.data.shard;

import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.TensorSpec;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/** The numbers of one tensor of the examples of a shard, off heap, growing as they come. */
final class ColumnBuilder implements AutoCloseable {
  private static final long MIN_BYTES = 1 << 10;

  private final TensorSpec tensor;
  private final BufferAllocator allocator;
  private ArrowBuf values;
  private ArrowBuf offsets;
  private int rows;
  private long numbers;

  /** Room for {@code capacity} examples of full length; more makes it grow. */
  ColumnBuilder(TensorSpec tensor, int capacity, BufferAllocator allocator) {
    this.tensor = tensor;
    this.allocator = allocator;
    long bytes = tensor.variable() ? 0 : (long) capacity * tensor.length() * tensor.type().bytes();
    values = allocator.buffer(Math.max(MIN_BYTES, bytes));
    long offsetBytes = tensor.variable() ? (capacity + 1L) * Integer.BYTES : 0;
    offsets = tensor.variable() ? allocator.buffer(Math.max(MIN_BYTES, offsetBytes)) : values;
    clear();
  }

  /** Number of examples. */
  int rows() {
    return rows;
  }

  /** Bytes of numbers and offsets. */
  long lengthBytes() {
    return numbers * tensor.type().bytes() + (tensor.variable() ? (rows + 1L) * Integer.BYTES : 0);
  }

  void bytes(byte[] source, int offset, int length) {
    expect(ElementType.UINT8, length);
    values.setBytes(numbers, source, offset, length);
    added(length);
  }

  void ints(int[] source, int offset, int length) {
    expect(ElementType.INT32, length);
    for (int i = 0; i < length; i++) {
      values.setInt((numbers + i) * Integer.BYTES, source[offset + i]);
    }
    added(length);
  }

  void floats(float[] source, int offset, int length) {
    expect(ElementType.FLOAT32, length);
    for (int i = 0; i < length; i++) {
      values.setFloat((numbers + i) * Float.BYTES, source[offset + i]);
    }
    added(length);
  }

  private void expect(ElementType type, int length) {
    boolean fits =
        tensor.variable()
            ? length >= 0 && length <= tensor.length() && length % tensor.stride() == 0
            : length == tensor.length();
    if (tensor.type() != type || !fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "expected %s as %s, seen %d numbers as %s",
              tensor.text(),
              tensor.type(),
              length,
              type));
    }
    long needed = (numbers + length) * type.bytes();
    if (needed > values.capacity()) {
      values = grown(values, needed);
    }
  }

  private void added(int length) {
    numbers += length;
    rows++;
    if (tensor.variable()) {
      long at = (long) rows * Integer.BYTES;
      if (at + Integer.BYTES > offsets.capacity()) {
        offsets = grown(offsets, at + Integer.BYTES);
      }
      offsets.setInt(at, Math.toIntExact(numbers));
    }
  }

  private ArrowBuf grown(ArrowBuf buffer, long needed) {
    ArrowBuf larger = allocator.buffer(Math.max(needed, 2 * buffer.capacity()));
    larger.setBytes(0, buffer, 0, buffer.capacity());
    buffer.close();
    return larger;
  }

  /** Adds the column's vectors and buffers to those of a record batch. Nothing is null. */
  void addTo(List<ArrowFieldNode> nodes, List<ArrowBuf> buffers) {
    nodes.add(new ArrowFieldNode(rows, 0));
    buffers.add(allocator.getEmpty());
    if (tensor.variable()) {
      buffers.add(offsets.writerIndex((rows + 1L) * Integer.BYTES));
    }
    if (ShardFormat.isNested(tensor)) {
      nodes.add(new ArrowFieldNode(numbers, 0));
      buffers.add(allocator.getEmpty());
    }
    buffers.add(values.writerIndex(numbers * tensor.type().bytes()));
  }

  /** Drops all examples. */
  void clear() {
    rows = 0;
    numbers = 0;
    if (tensor.variable()) {
      offsets.setInt(0, 0);
    }
  }

  @Override
  public void close() {
    values.close();
    if (tensor.variable()) {
      offsets.close();
    }
  }
}
