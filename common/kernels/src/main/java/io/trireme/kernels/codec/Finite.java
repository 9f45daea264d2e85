package io.trireme.kernels.codec;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** Finds what is not a number. Stateless, any thread; allocates nothing. */
public final class Finite {

  private static final int MAGNITUDE = 0x7fffffff;
  private static final int ONE_EXPONENT = 0x00800000;
  private static final long MAGNITUDES = 0x7fffffff7fffffffL;
  private static final long ONE_EXPONENTS = 0x0080000000800000L;
  private static final int CHUNK = 4096;

  private Finite() {}

  /**
   * The first float that is NaN or infinite.
   *
   * @param floats floats in native byte order
   * @param offsetBytes where they start
   * @param length number of floats
   * @return its index among them, or -1 if all are finite
   */
  public static int firstNonFinite(DirectBuffer floats, int offsetBytes, int length) {
    floats.boundsCheck(offsetBytes, length * Float.BYTES);
    byte[] array = floats.byteArray();
    long address = floats.addressOffset() + offsetBytes;
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      if (signs(array, address + (long) from * Float.BYTES, count) < 0) {
        return find(array, address, from, from + count);
      }
    }
    return -1;
  }

  /** Negative if some exponent is all ones; two floats at a time. */
  private static int signs(byte @Nullable [] array, long address, int count) {
    long any = 0;
    for (int i = 0; i < count >> 1; i++) {
      any |= (UnsafeApi.getLong(array, address + (long) i * 8) & MAGNITUDES) + ONE_EXPONENTS;
    }
    int last = 0;
    if ((count & 1) != 0) {
      last = (UnsafeApi.getInt(array, address + (long) (count - 1) * 4) & MAGNITUDE) + ONE_EXPONENT;
    }
    return (int) (any >>> 32) | (int) any | last;
  }

  private static int find(byte @Nullable [] array, long address, int from, int to) {
    for (int i = from; i < to; i++) {
      if ((UnsafeApi.getInt(array, address + (long) i * 4) & MAGNITUDE) + ONE_EXPONENT < 0) {
        return i;
      }
    }
    return -1;
  }
}
