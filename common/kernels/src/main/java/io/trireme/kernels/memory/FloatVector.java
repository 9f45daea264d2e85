package io.trireme.kernels.memory;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Floats in off-heap memory that are an ND4J array and an Agrona buffer at once: no copy lies
 * between what arrives in the buffer and what ND4J computes on.
 */
public final class FloatVector implements AutoCloseable {
  private final INDArray array;
  private final UnsafeBuffer buffer;

  private FloatVector(INDArray array) {
    this.array = array;
    this.buffer = bufferOf(array);
  }

  /**
   * A vector of zeros.
   *
   * @param what what the vector holds, for the error
   * @param length number of floats
   * @throws IllegalArgumentException if the floats need 2^31 bytes or more, which one buffer cannot
   *     address
   */
  public static FloatVector zeros(String what, long length) {
    lengthBytes(what, length);
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new FloatVector(Nd4j.create(DataType.FLOAT, length));
    }
  }

  /**
   * A view of a contiguous array's floats; it is valid as long as the array is.
   *
   * @throws IllegalArgumentException if the array does not hold floats, one after the other, or
   *     needs 2^31 bytes or more
   */
  public static UnsafeBuffer bufferOf(INDArray array) {
    if (array.dataType() != DataType.FLOAT || array.elementWiseStride() != 1) {
      throw new IllegalArgumentException(
          "array of "
              + array.dataType()
              + " with stride "
              + array.elementWiseStride()
              + ", expected contiguous FLOAT");
    }
    // Of a view's buffer, the address is the base's; only its pointer includes the offset.
    return new UnsafeBuffer(
        array.data().addressPointer().address(), lengthBytes("array", array.length()));
  }

  private static int lengthBytes(String what, long length) {
    long bytes = length * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          what
              + ": "
              + length
              + " floats are "
              + bytes
              + " bytes, more than the 2^31 - 1 of one buffer");
    }
    return (int) bytes;
  }

  /** The floats as an ND4J array of rank 1. */
  public INDArray array() {
    return array;
  }

  /** The floats {@code from} (inclusive) to {@code to} (exclusive), in place. */
  public INDArray view(long from, long to) {
    return array.get(NDArrayIndex.interval(from, to));
  }

  /** The floats as bytes in native order. */
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  /** Frees the memory; the buffer is empty from then on. */
  @Override
  public void close() {
    buffer.wrap(new byte[0]);
    array.close();
  }
}
