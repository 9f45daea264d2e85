package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.Tiles.BF16_MAX;
import static io.trireme.kernels.codec.Tiles.HALF_MAX;
import static io.trireme.kernels.codec.Tiles.MAGNITUDE;
import static io.trireme.kernels.codec.Tiles.SIGN;
import static io.trireme.kernels.codec.Tiles.WHOLE;
import static io.trireme.kernels.codec.Tiles.WHOLE_BITS;

/** Loops of {@link Tiles} that round floats, and pack and unpack what comes of it. */
final class RoundingLoops {

  private RoundingLoops() {}

  static void roundToBf16(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      int magnitude = bits[i] & MAGNITUDE;
      int rounded = magnitude + 0x7fff + ((magnitude >>> 16) & 1);
      int over = (BF16_MAX - magnitude) >> 31;
      bits[i] = (bits[i] & SIGN) | (((rounded & ~over) | (BF16_MAX & over)) & 0xffff0000);
    }
  }

  static void pack2(int[] upper, int[] words, int half) {
    for (int i = 0; i < half; i++) {
      words[i] = (upper[i] >>> 16) | (upper[i + half] & 0xffff0000);
    }
  }

  static void unpack2(int[] words, int[] upper, int half) {
    for (int i = 0; i < half; i++) {
      upper[i] = words[i] << 16;
    }
    for (int i = 0; i < half; i++) {
      upper[i + half] = words[i] & 0xffff0000;
    }
  }

  /**
   * Rounds the bits of biased floats to ten bits of fraction, to at most {@link #HALF_MAX}, since
   * the next one would be infinite where the scale is the least.
   */
  static void roundToHalf(int[] bits, int[] halves, int n) {
    for (int i = 0; i < n; i++) {
      int magnitude = bits[i] & MAGNITUDE;
      int nearest = (magnitude + 0xfff + ((magnitude >>> 13) & 1)) & 0xffffe000;
      int rounded = nearest - ((HALF_MAX - nearest) >>> 31 << 13);
      int sign = bits[i] & SIGN;
      bits[i] = sign | rounded;
      halves[i] = (sign >>> 16) | (rounded >>> 13);
    }
  }

  static void packHalves(int[] halves, int[] words, int half) {
    for (int i = 0; i < half; i++) {
      words[i] = halves[i] | (halves[i + half] << 16);
    }
  }

  /** Halves in the upper 16 bits into biased floats. */
  static void toBiased(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] = (bits[i] & SIGN) | ((bits[i] & MAGNITUDE) >>> 3);
    }
  }

  static void scaleToFixed(float[] p, float[] fixed, int n, float scale) {
    for (int i = 0; i < n; i++) {
      fixed[i] = p[i] * scale + WHOLE;
    }
  }

  /** Fixed-point bits into whole numbers, by 15 random bits. */
  static void roundAtRandom(int[] bits, int[] random, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] = (bits[i] - WHOLE_BITS + random[i]) >> 15;
    }
  }

  static void pack4(int[] q, int[] words, int quarter) {
    for (int i = 0; i < quarter; i++) {
      words[i] =
          (q[i] & 0xff)
              | ((q[i + quarter] & 0xff) << 8)
              | ((q[i + 2 * quarter] & 0xff) << 16)
              | (q[i + 3 * quarter] << 24);
    }
  }

  static void toFixedBits(int[] q, int n) {
    for (int i = 0; i < n; i++) {
      q[i] += WHOLE_BITS;
    }
  }

  static void subtractMultiples(float[] p, float[] q, float[] e, int n, float unit) {
    for (int i = 0; i < n; i++) {
      e[i] = p[i] - (q[i] - WHOLE) * unit;
    }
  }

  static void unpack4(int[] words, int[] q, int quarter) {
    for (int i = 0; i < quarter; i++) {
      q[i] = (words[i] << 24 >> 24) + WHOLE_BITS;
    }
    for (int i = 0; i < quarter; i++) {
      q[i + quarter] = (words[i] << 16 >> 24) + WHOLE_BITS;
    }
    for (int i = 0; i < quarter; i++) {
      q[i + 2 * quarter] = (words[i] << 8 >> 24) + WHOLE_BITS;
    }
    for (int i = 0; i < quarter; i++) {
      q[i + 3 * quarter] = (words[i] >> 24) + WHOLE_BITS;
    }
  }

  static void multiply(float[] q, int n, float unit) {
    for (int i = 0; i < n; i++) {
      q[i] = (q[i] - WHOLE) * unit;
    }
  }

  static void multiply(float[] x, float[] factors, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= factors[i];
    }
  }

  static void mask(int[] codes, int n, int mask) {
    for (int i = 0; i < n; i++) {
      codes[i] &= mask;
    }
  }

  static void signExtend(int[] codes, int n, int shift) {
    for (int i = 0; i < n; i++) {
      codes[i] = (codes[i] << shift >> shift) + WHOLE_BITS;
    }
  }
}
