package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.trireme.common.slots.Seeds;
import jdk.incubator.vector.IntVector;

/** Random bits by counting: those of a tile follow from its key alone. */
public final class TileRandom {

  /** The Weyl sequence, to which {@link #start} is added. */
  private static final int[] COUNTERS = counters();

  /** The factors of the finaliser "lowbias32" (Wellons, 2018). */
  private static final int FIRST = 0x7feb352d;

  private static final int SECOND = 0x846ca68b;

  private TileRandom() {}

  private static int[] counters() {
    int[] counters = new int[Tiles.SIZE];
    for (int i = 0; i < counters.length; i++) {
      counters[i] = i * 0x9e3779b9;
    }
    return counters;
  }

  /** The key of an encoding; the key of a tile is this plus the tile's position. */
  public static long key(long step, long seed) {
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
  public static void fill(int[] words, int n, long key) {
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

  /** The form in vectors. */
  static final class Vector {
    private Vector() {}

    /** As {@link TileRandom#fill15}, for n a multiple of twice the lanes. */
    static int fill15(int[] random, int n, int start) {
      int half = n / 2;
      int[] counters = COUNTERS;
      IntVector low15 = IntVector.broadcast(INTS, 0x7fff);
      IntVector first = IntVector.broadcast(INTS, FIRST);
      IntVector second = IntVector.broadcast(INTS, SECOND);
      for (int i = 0; i < half; i += LANES) {
        IntVector z = IntVector.fromArray(INTS, counters, i).add(start);
        IntVector y = z.lanewise(LSHR, 16).lanewise(XOR, z).mul(first);
        IntVector x = y.lanewise(LSHR, 15).lanewise(XOR, y).mul(second);
        IntVector w = x.lanewise(LSHR, 16).lanewise(XOR, x);
        w.and(low15).intoArray(random, i);
        w.lanewise(LSHR, 17).intoArray(random, i + half);
      }
      return n;
    }
  }
}
