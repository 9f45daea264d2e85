package io.trireme.data;

import io.trireme.common.slots.Seeds;

/**
 * A seeded permutation of the examples 0 to n-1, computed by index and never materialised, so that
 * every worker finds any part of an epoch's order without seeing the rest.
 *
 * <p>A Feistel network of {@value #ROUNDS} rounds permutes the numbers below the next power of two;
 * an index that leaves the range is permuted again until it returns (cycle walking: Black and
 * Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). The domain is less than twice n, so one
 * walk in two goes on at the most. Immutable, so threads may share one.
 */
public final class ExampleOrder {
  private static final int ROUNDS = 8;

  private final long examples;
  private final int lowBits;
  private final long lowMask;
  private final long highMask;
  private final long[] keys = new long[ROUNDS];

  /**
   * The permutation of {@code examples} numbers that belongs to a seed.
   *
   * @param examples number of examples, from 1 to 2^62
   * @param seed decides the permutation
   */
  public ExampleOrder(long examples, long seed) {
    if (examples < 1 || examples > 1L << 62) {
      throw new IllegalArgumentException("examples: " + examples + ", expected 1 to 2^62");
    }
    this.examples = examples;
    int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(examples - 1));
    lowBits = bits / 2;
    lowMask = (1L << lowBits) - 1;
    highMask = (1L << (bits - lowBits)) - 1;
    for (int round = 0; round < ROUNDS; round++) {
      keys[round] = Seeds.mix(seed, round);
    }
  }

  /** The order of the training examples in an epoch (counted from 0) of a job. */
  public static ExampleOrder ofEpoch(long examples, long jobSeed, int epoch) {
    return new ExampleOrder(examples, Seeds.ofEpoch(jobSeed, epoch));
  }

  /** Number of examples. */
  public long examples() {
    return examples;
  }

  /** The example at a position of the order; both run from 0 to {@code examples() - 1}. */
  public long at(long position) {
    if (position < 0 || position >= examples) {
      throw new IndexOutOfBoundsException(
          "position " + position + " of an order of " + examples + " examples");
    }
    long value = position;
    do {
      value = permute(value);
    } while (value >= examples);
    return value;
  }

  private long permute(long value) {
    long low = value & lowMask;
    long high = value >>> lowBits;
    for (int round = 0; round < ROUNDS; round += 2) {
      high ^= Seeds.mix(keys[round], low) & highMask;
      low ^= Seeds.mix(keys[round + 1], high) & lowMask;
    }
    return high << lowBits | low;
  }
}
