package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.Tiles.MAGNITUDE;
import static io.trireme.kernels.codec.Tiles.SIGN;

/** Loops of {@link Tiles} that make and read words of one or two bits for each float. */
final class BitLoops {

  private BitLoops() {}

  static int countNonZeros(int[] bits, int n) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += ((bits[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
    }
    return count;
  }

  static void signed(int[] bits, int[] signed, int n, int scale) {
    for (int i = 0; i < n; i++) {
      int nonZero = ((bits[i] & MAGNITUDE) + MAGNITUDE) >> 31;
      signed[i] = ((bits[i] & SIGN) | scale) & nonZero;
    }
  }

  static void signBits(int[] bits, int[] signs, int n) {
    for (int i = 0; i < n; i++) {
      signs[i] = bits[i] >>> 31;
    }
  }

  static void nonZeroBits(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] = ((bits[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
    }
  }

  static void foldFrom(int first, int[] codes, int n, int width, int levels) {
    for (int level = first; level < levels; level++) {
      foldBits(codes, n >> (level + 1), width << level);
    }
  }

  static void foldBits(int[] codes, int half, int shift) {
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

  static void unfoldBits(int[] codes, int half, int shift) {
    for (int i = 0; i < half; i++) {
      codes[i + half] = codes[i] >>> shift;
    }
  }

  static void toSigned(int[] signs, int[] nonZeros, int n, int scale) {
    for (int i = 0; i < n; i++) {
      signs[i] = ((signs[i] << 31) | scale) & (nonZeros[i] << 31 >> 31);
    }
  }

  static void sent(int[] bits, int[] sent, int n, int tau) {
    for (int i = 0; i < n; i++) {
      int hit = (tau - 1 - (bits[i] & MAGNITUDE)) >> 31;
      sent[i] = ((bits[i] & SIGN) | tau) & hit;
    }
  }

  /** Floats that are zero or not into codes: the lowest bit says so, the next one is the sign. */
  static void codes(int[] sent, int n) {
    for (int i = 0; i < n; i++) {
      int hit = ((sent[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
      sent[i] = hit | (sent[i] >>> 31 << 1);
    }
  }

  static int hits(int[] words, int n) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += Integer.bitCount(words[i] & 0x55555555);
    }
    return count;
  }

  static void codesToFloats(int[] codes, int n, int tau) {
    for (int i = 0; i < n; i++) {
      codes[i] = ((codes[i] >>> 1 << 31) | tau) & (codes[i] << 31 >> 31);
    }
  }

  static void selectBits(int[] bits, int n, int threshold) {
    for (int i = 0; i < n; i++) {
      bits[i] = (threshold - 1 - (bits[i] & MAGNITUDE)) >>> 31;
    }
  }
}
