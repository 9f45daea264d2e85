package io.trireme.kernels.codec.tile;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Copies between buffers and tiles on the heap. Tiles are there since Java 17 makes vector code of
 * loops over arrays only. No bounds are checked: callers have. Offsets in buffers are in bytes,
 * positions in arrays and counts in elements.
 */
public final class Memory {

  private static final long FLOATS = UnsafeApi.arrayBaseOffset(float[].class);
  private static final long INTS = UnsafeApi.arrayBaseOffset(int[].class);

  private Memory() {}

  /** Buffer to floats. */
  public static void load(DirectBuffer from, int offset, float[] tile, int at, int count) {
    UnsafeApi.copyMemory(
        from.byteArray(), from.addressOffset() + offset, tile, FLOATS + 4L * at, 4L * count);
  }

  /** Buffer to words. */
  public static void load(DirectBuffer from, int offset, int[] words, int count) {
    UnsafeApi.copyMemory(from.byteArray(), from.addressOffset() + offset, words, INTS, 4L * count);
  }

  /** Floats to buffer. */
  public static void store(float[] tile, int at, MutableDirectBuffer to, int offset, int count) {
    UnsafeApi.copyMemory(
        tile, FLOATS + 4L * at, to.byteArray(), to.addressOffset() + offset, 4L * count);
  }

  /** Words to buffer. */
  public static void store(int[] words, MutableDirectBuffer to, int offset, int count) {
    UnsafeApi.copyMemory(words, INTS, to.byteArray(), to.addressOffset() + offset, 4L * count);
  }

  /** Bytes from buffer to buffer. */
  public static void copy(
      DirectBuffer from, int fromOffset, MutableDirectBuffer to, int toOffset, int lengthBytes) {
    UnsafeApi.copyMemory(
        from.byteArray(),
        from.addressOffset() + fromOffset,
        to.byteArray(),
        to.addressOffset() + toOffset,
        lengthBytes);
  }

  /** The bits of floats: Java 17 does not vectorise {@code floatToRawIntBits}. */
  static void bits(float[] floats, int[] bits, int count) {
    UnsafeApi.copyMemory(floats, FLOATS, bits, INTS, 4L * count);
  }

  /** The floats of bits. */
  static void floats(int[] bits, float[] floats, int count) {
    UnsafeApi.copyMemory(bits, INTS, floats, FLOATS, 4L * count);
  }
}
