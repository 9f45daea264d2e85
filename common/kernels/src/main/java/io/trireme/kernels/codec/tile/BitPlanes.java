package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.IntVector;

/**
 * Narrow codes in words. A word takes its codes from planes, that is, from positions a fixed stride
 * apart, so that no step crosses a register.
 */
public final class BitPlanes {

  private BitPlanes() {}

  /** The position in a tile of n floats of bit {@code bit} of word {@code word}. */
  public static int bitIndex(int word, int bit, int n) {
    return word + (n >> 5) * (Integer.reverse(bit) >>> 27);
  }

  /** The position in a tile of n floats of 2-bit code {@code code} of word {@code word}. */
  public static int codeIndex(int word, int code, int n) {
    return word + (n >> 4) * (Integer.reverse(code) >>> 28);
  }

  /** Packs codes of {@code width} bits from 2^levels planes into the first n/2^levels words. */
  static void fold(int[] codes, int n, int width, int levels) {
    foldFrom(0, codes, n, width, levels);
  }

  private static void foldFrom(int first, int[] codes, int n, int width, int levels) {
    for (int level = first; level < levels; level++) {
      foldBits(codes, n >> (level + 1), width << level);
    }
  }

  private static void foldBits(int[] codes, int half, int shift) {
    for (int i = 0; i < half; i++) {
      codes[i] |= codes[i + half] << shift;
    }
  }

  /**
   * The reverse of {@link #fold}, the words at the start of {@code codes}; bits above stay dirty.
   */
  static void unfold(int[] codes, int n, int width, int levels) {
    int half = n >> levels;
    for (int level = levels - 1; level >= 0; level--) {
      unfoldBits(codes, half, width << level);
      half *= 2;
    }
  }

  private static void unfoldBits(int[] codes, int half, int shift) {
    for (int i = 0; i < half; i++) {
      codes[i + half] = codes[i] >>> shift;
    }
  }

  /** The form in vectors. */
  static final class Vector {
    private Vector() {}

    /** As {@link BitPlanes#fold}, two levels at once. */
    static void fold(int[] codes, int n, int width, int levels) {
      int level = 0;
      for (; level + 2 <= levels && (n >> level) % (4 * LANES) == 0; level += 2) {
        foldTwice(codes, n >> (level + 2), width << level);
      }
      foldFrom(level, codes, n, width, levels);
    }

    private static void foldTwice(int[] codes, int quarter, int width) {
      for (int i = 0; i < quarter; i += LANES) {
        IntVector b = IntVector.fromArray(INTS, codes, i + 2 * quarter).lanewise(LSHL, width);
        IntVector c = IntVector.fromArray(INTS, codes, i + quarter).lanewise(LSHL, 2 * width);
        IntVector d = IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 3 * width);
        IntVector.fromArray(INTS, codes, i).or(b).or(c.or(d)).intoArray(codes, i);
      }
    }
  }
}
