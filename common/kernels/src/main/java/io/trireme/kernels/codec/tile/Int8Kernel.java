package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FixedPoint.WHOLE;
import static io.trireme.kernels.codec.tile.FixedPoint.WHOLE_BITS;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Rounds to whole multiples of a unit, of a signed byte each, at random. For one thread. */
public class Int8Kernel {

  private final int[] bits = new int[Tiles.SIZE];
  private final int[] random = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  Int8Kernel() {}

  /** The fastest form that this process can run. */
  public static Int8Kernel create() {
    return Tiles.hasVectors() ? new Vector() : new Int8Kernel();
  }

  /**
   * The unit in which floats up to {@code max} are at most 127: of 16 significant bits, so that its
   * multiples are exact; 0 if they are too small to be sent.
   */
  public static float unit(float max) {
    if (max < Tiles.MIN_SCALE) {
      return 0;
    }
    return Float.intBitsToFloat((Float.floatToRawIntBits(max / 127) + 0x1ff) & ~0xff);
  }

  /**
   * Rounds to whole multiples of a unit at random, up or down with the probability that makes the
   * mean right.
   *
   * @param p n floats, n a multiple of 4
   * @param e becomes p less what is sent
   * @param words becomes n/4 words of 4 signed bytes: positions i, i + n/4, i + n/2, i + 3n/4
   * @param unit the unit, not less than {@link #unit} of the greatest magnitude
   * @param key what the random bits follow from
   */
  public void encode(float[] p, float[] e, int[] words, int n, float unit, long key) {
    FixedPoint.scale(p, floats, n, FixedPoint.ONE / unit);
    Memory.bits(floats, bits, n);
    TileRandom.fill15(random, n, key);
    FixedPoint.roundAtRandom(bits, random, n);
    pack(bits, words, n / 4);
    FixedPoint.toBits(bits, n);
    Memory.floats(bits, floats, n);
    subtractMultiples(p, floats, e, n, unit);
  }

  private static void pack(int[] q, int[] words, int quarter) {
    for (int i = 0; i < quarter; i++) {
      words[i] =
          (q[i] & 0xff)
              | ((q[i + quarter] & 0xff) << 8)
              | ((q[i + 2 * quarter] & 0xff) << 16)
              | (q[i + 3 * quarter] << 24);
    }
  }

  private static void subtractMultiples(float[] p, float[] q, float[] e, int n, float unit) {
    for (int i = 0; i < n; i++) {
      e[i] = p[i] - (q[i] - WHOLE) * unit;
    }
  }

  /** The reverse of {@link #encode}. */
  public void decode(int[] words, float[] tile, int n, float unit) {
    unpack(words, bits, n / 4);
    Memory.floats(bits, tile, n);
    FixedPoint.multiply(tile, n, unit);
  }

  private static void unpack(int[] words, int[] q, int quarter) {
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

  /** The form in vectors. */
  private static final class Vector extends Int8Kernel {

    private final Loop fill15 =
        (p, e, words, n, factor, bits) -> TileRandom.Vector.fill15(words, n, bits);
    private final Loop round = (p, e, words, n, factor, bits) -> round(p, e, words, n, factor);
    private final int[] codes = new int[Tiles.SIZE];

    @Override
    public void encode(float[] p, float[] e, int[] words, int n, float unit, long key) {
      int quarter = n / 4;
      if (quarter % LANES != 0) {
        super.encode(p, e, words, n, unit, key);
        return;
      }
      Loop.call(fill15, p, p, codes, n, 0, TileRandom.start(key));
      Loop.call(round, p, e, codes, n, unit, 0);
      pack(codes, words, quarter);
    }

    /** Random bits in {@code codes} into whole multiples of the unit. */
    private static int round(float[] p, float[] e, int[] codes, int n, float unit) {
      float scale = FixedPoint.ONE / unit;
      IntVector wholeInts = IntVector.broadcast(INTS, WHOLE_BITS);
      FloatVector wholes = FloatVector.broadcast(FLOATS, WHOLE);
      for (int i = 0; i < n; i += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, p, i);
        IntVector fixed = value.mul(scale).add(wholes).reinterpretAsInts().sub(wholeInts);
        IntVector q = IntVector.fromArray(INTS, codes, i).add(fixed).lanewise(ASHR, 15);
        q.intoArray(codes, i);
        value.sub(q.add(wholeInts).reinterpretAsFloats().sub(wholes).mul(unit)).intoArray(e, i);
      }
      return n;
    }

    private static void pack(int[] codes, int[] words, int quarter) {
      IntVector bytes = IntVector.broadcast(INTS, 0xff);
      for (int i = 0; i < quarter; i += LANES) {
        IntVector b = IntVector.fromArray(INTS, codes, i + quarter).and(bytes).lanewise(LSHL, 8);
        IntVector c = IntVector.fromArray(INTS, codes, i + 2 * quarter).and(bytes);
        IntVector d = IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 24);
        IntVector cd = c.lanewise(LSHL, 16).or(d);
        IntVector.fromArray(INTS, codes, i).and(bytes).or(b).or(cd).intoArray(words, i);
      }
    }

    @Override
    public void decode(int[] words, float[] tile, int n, float unit) {
      int quarter = n / 4;
      if (quarter % LANES != 0) {
        super.decode(words, tile, n, unit);
        return;
      }
      for (int i = 0; i < quarter; i += LANES) {
        IntVector word = IntVector.fromArray(INTS, words, i);
        multiples(word.lanewise(LSHL, 24).lanewise(ASHR, 24), unit).intoArray(tile, i);
        multiples(word.lanewise(LSHL, 16).lanewise(ASHR, 24), unit).intoArray(tile, i + quarter);
        multiples(word.lanewise(LSHL, 8).lanewise(ASHR, 24), unit).intoArray(tile, i + 2 * quarter);
        multiples(word.lanewise(ASHR, 24), unit).intoArray(tile, i + 3 * quarter);
      }
    }

    private static FloatVector multiples(IntVector q, float unit) {
      return q.add(WHOLE_BITS).reinterpretAsFloats().sub(WHOLE).mul(unit);
    }
  }
}
