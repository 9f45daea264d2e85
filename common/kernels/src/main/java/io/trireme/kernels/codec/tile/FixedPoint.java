package io.trireme.kernels.codec.tile;

/**
 * Rounding to whole numbers at random, by arithmetic in fixed point: a float with {@link #WHOLE}
 * added holds a whole number in its lowest bits.
 */
final class FixedPoint {

  /** Added to a float below 2^22, it leaves a whole number in the lowest bits. */
  static final float WHOLE = 0x1.8p23f;

  static final int WHOLE_BITS = Float.floatToRawIntBits(WHOLE);

  /** One, with 15 bits after the point. */
  static final float ONE = 0x1p15f;

  private FixedPoint() {}

  static void scale(float[] p, float[] fixed, int n, float scale) {
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

  /** Whole numbers into the bits of floats, {@link #WHOLE} added. */
  static void toBits(int[] q, int n) {
    for (int i = 0; i < n; i++) {
      q[i] += WHOLE_BITS;
    }
  }

  /** Whole numbers, {@link #WHOLE} added, into multiples of a unit. */
  static void multiply(float[] q, int n, float unit) {
    for (int i = 0; i < n; i++) {
      q[i] = (q[i] - WHOLE) * unit;
    }
  }
}
