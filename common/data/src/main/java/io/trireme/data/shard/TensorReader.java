package io.trireme.data.shard;

import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.shard.ShardColumns.Column;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Turns the stored numbers of one tensor into the floats that a model reads. Immutable. */
final class TensorReader {
  private static final int BYTE_VALUES = 256;
  private static final int MASK = 0xff;

  private final TensorSpec tensor;
  private final ElementType type;
  private final boolean oneHot;
  private final int length;
  private final int denseBytes;
  private final float[] scaled = new float[BYTE_VALUES];

  TensorReader(TensorSpec tensor) {
    this.tensor = tensor;
    type = tensor.type();
    oneHot = tensor.isOneHot();
    length = tensor.length();
    denseBytes = Math.multiplyExact(tensor.denseLength(), Float.BYTES);
    for (int value = 0; value < BYTE_VALUES; value++) {
      scaled[value] = (float) (value * tensor.scale());
    }
  }

  /** Bytes of one example's floats. */
  int denseBytes() {
    return denseBytes;
  }

  /** Writes the floats of a shard's row, and zeros up to the full length. */
  void read(DirectBuffer shard, Column column, int row, MutableDirectBuffer target, int offset) {
    int first = first(shard, column, row);
    int count = tensor.variable() ? first(shard, column, row + 1) - first : length;
    if (oneHot) {
      target.setMemory(offset, denseBytes, (byte) 0);
      for (int i = 0; i < count; i++) {
        int category = integer(shard, column, first + i);
        target.putFloat(offset + (i * tensor.categories() + category) * Float.BYTES, 1f);
      }
      return;
    }
    copy(shard, column.values() + first * type.bytes(), count, target, offset);
    target.setMemory(offset + count * Float.BYTES, denseBytes - count * Float.BYTES, (byte) 0);
  }

  /** One stored whole number of a shard's row. */
  int integer(DirectBuffer shard, Column column, int row, int index) {
    return integer(shard, column, first(shard, column, row) + index);
  }

  /** Numbers that a shard's row has. */
  int count(DirectBuffer shard, Column column, int row) {
    return tensor.variable() ? first(shard, column, row + 1) - first(shard, column, row) : length;
  }

  private int first(DirectBuffer shard, Column column, int row) {
    return tensor.variable()
        ? shard.getInt(column.offsets() + row * Integer.BYTES, ByteOrder.LITTLE_ENDIAN)
        : row * length;
  }

  private int integer(DirectBuffer shard, Column column, int number) {
    int at = column.values() + number * type.bytes();
    return type == ElementType.UINT8
        ? shard.getByte(at) & MASK
        : shard.getInt(at, ByteOrder.LITTLE_ENDIAN);
  }

  private void copy(DirectBuffer shard, int from, int count, MutableDirectBuffer target, int to) {
    double scale = tensor.scale();
    switch (type) {
      case UINT8 -> ByteKernel.scale(shard, from, count, scaled, target, to);
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          int value = shard.getInt(from + i * Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
          target.putFloat(to + i * Float.BYTES, (float) (value * scale));
        }
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          float value = shard.getFloat(from + i * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
          target.putFloat(to + i * Float.BYTES, (float) (value * scale));
        }
      }
    }
  }
}
