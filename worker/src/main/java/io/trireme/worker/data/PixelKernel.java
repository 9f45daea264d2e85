package io.trireme.worker.data;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Bytes to floats. */
final class PixelKernel {
  private static final int MASK = 0xff;

  private PixelKernel() {}

  /**
   * Writes {@code table[b]} as float32 in the platform's byte order for each of {@code length}
   * bytes.
   */
  static void scale(
      DirectBuffer source,
      int sourceOffset,
      int length,
      float[] table,
      MutableDirectBuffer target,
      int targetOffset) {
    source.boundsCheck(sourceOffset, length);
    target.boundsCheck(targetOffset, length * Float.BYTES);
    for (int i = 0; i < length; i++) {
      target.putFloat(
          targetOffset + i * Float.BYTES, table[source.getByte(sourceOffset + i) & MASK]);
    }
  }
}
