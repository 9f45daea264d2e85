package io.trireme.kernels.codec;

import io.trireme.common.slots.Seeds;

/** Random bits by counting: those of a tile follow from its key alone. */
final class TileRandom {

  /** The Weyl sequence, to which {@link #start} is added. */
  static final int[] COUNTERS = counters();

  /** The first factor of "lowbias32" (Wellons, 2018). */
  static final int FIRST = 0x7feb352d;

  /** The second one. */
  static final int SECOND = 0x846ca68b;

  private TileRandom() {}

  private static int[] counters() {
    int[] counters = new int[Tiles.SIZE];
    for (int i = 0; i < counters.length; i++) {
      counters[i] = i * 0x9e3779b9;
    }
    return counters;
  }

  /** The key of an encoding; the key of a tile is this plus the tile's position. */
  static long key(long step, long seed) {
    return Seeds.mix(seed, step);
  }

  /** Where the sequence of a tile starts. */
  static int start(long key) {
    return (int) Seeds.mix(key, 0);
  }

  /**
   * Fills n words with random bits: a Weyl sequence through the finaliser "lowbias32" (Wellons,
   * 2018).
   */
  static void fill(int[] words, int n, long key) {
    fill(words, COUNTERS, n, start(key));
  }

  /** Fills n words with 15 random bits each, two from one word of {@link #fill}. */
  static void fill15(int[] words, int n, long key) {
    int half = (n + 1) / 2;
    fill(words, half, key);
    split(words, half);
  }

  private static void split(int[] words, int half) {
    for (int i = 0; i < half; i++) {
      words[i + half] = words[i] >>> 17;
    }
    for (int i = 0; i < half; i++) {
      words[i] &= 0x7fff;
    }
  }

  private static void fill(int[] words, int[] counters, int n, int start) {
    for (int i = 0; i < n; i++) {
      int z = counters[i] + start;
      z = (z ^ (z >>> 16)) * FIRST;
      z = (z ^ (z >>> 15)) * SECOND;
      words[i] = z ^ (z >>> 16);
    }
  }
}
