package io.trireme.driver.rows;

import java.io.Serializable;

/**
 * Tells sequences of rows apart, wherever they are cut: two polynomials over the hashes of the
 * rows, modulo 2^64. Not meant against forgery.
 *
 * @param count how many rows
 * @param first value of the first polynomial
 * @param second value of the second polynomial
 */
record RowDigest(long count, long first, long second) implements Serializable {

  static final RowDigest EMPTY = new RowDigest(0, 0, 0);

  private static final long FIRST_BASE = 0x9E3779B97F4A7C15L;
  private static final long SECOND_BASE = 0xC2B2AE3D27D4EB4FL;

  /** These rows and one more. */
  RowDigest plus(ExampleRow row) {
    long hash = hash(hash(row.features().length, row.features()), row.labels());
    return new RowDigest(
        count + 1, first * FIRST_BASE + hash, second * SECOND_BASE + mix(hash ^ SECOND_BASE));
  }

  /** These rows and then the others. */
  RowDigest plus(RowDigest other) {
    return new RowDigest(
        count + other.count,
        first * power(FIRST_BASE, other.count) + other.first,
        second * power(SECOND_BASE, other.count) + other.second);
  }

  private static long hash(long seed, float[] values) {
    long hash = seed;
    for (float value : values) {
      hash = mix(hash * FIRST_BASE + Float.floatToRawIntBits(value));
    }
    return hash;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static long power(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long left = exponent; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }
}
