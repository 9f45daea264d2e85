package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FixedPoint.WHOLE;
import static io.trireme.kernels.codec.tile.FixedPoint.WHOLE_BITS;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.ASHR;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Rounds to whole multiples of a unit, of a few bits each, at random, and keeps within a range. For
 * one thread.
 */
public class QuantizeKernel {

  /** So little below one that what it multiplies rounds to no more than itself at random. */
  private static final float BELOW_ONE = 1 - 0x1p-12f;

  private final int[] bits = new int[Tiles.SIZE];
  private final int[] work = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  QuantizeKernel() {}

  /** The fastest form that this process can run. */
  public static QuantizeKernel create() {
    return Tiles.hasVectors() ? new Vector() : new QuantizeKernel();
  }

  /**
   * Rounds to whole multiples of a unit at random, at most {@code levels} of them.
   *
   * @param x n floats, n a power of two; become the multiples times the unit
   * @param words become codes of {@code width} bits, in planes
   * @param levels less than 2^(width - 1)
   * @return the number of words
   */
  public int encode(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
    Tiles.clamp(x, n, levels * unit * BELOW_ONE);
    FixedPoint.scale(x, floats, n, FixedPoint.ONE / unit);
    Memory.bits(floats, bits, n);
    TileRandom.fill15(work, n, key);
    FixedPoint.roundAtRandom(bits, work, n);
    System.arraycopy(bits, 0, work, 0, n);
    FixedPoint.toBits(work, n);
    Memory.floats(work, x, n);
    FixedPoint.multiply(x, n, unit);
    int planes = 32 / width;
    int padded = Tiles.padded(n, planes);
    Arrays.fill(bits, n, padded, 0);
    mask(bits, padded, (1 << width) - 1);
    BitPlanes.fold(bits, padded, width, Integer.numberOfTrailingZeros(planes));
    System.arraycopy(bits, 0, words, 0, padded / planes);
    return padded / planes;
  }

  private static void mask(int[] codes, int n, int mask) {
    for (int i = 0; i < n; i++) {
      codes[i] &= mask;
    }
  }

  /** The whole numbers of {@link #encode} as floats, for n padded to whole planes. */
  public void decode(int[] words, float[] tile, int n, int width) {
    int planes = 32 / width;
    System.arraycopy(words, 0, bits, 0, n / planes);
    BitPlanes.unfold(bits, n, width, Integer.numberOfTrailingZeros(planes));
    signExtend(bits, n, 32 - width);
    Memory.floats(bits, tile, n);
    FixedPoint.multiply(tile, n, 1);
  }

  private static void signExtend(int[] codes, int n, int shift) {
    for (int i = 0; i < n; i++) {
      codes[i] = (codes[i] << shift >> shift) + WHOLE_BITS;
    }
  }

  /** The form in vectors. */
  private static final class Vector extends QuantizeKernel {

    private final Loop fill15 =
        (p, e, words, n, factor, bits) -> TileRandom.Vector.fill15(words, n, bits);
    private final Loop round = (p, e, words, n, factor, bits) -> round(p, words, n, factor, bits);
    private final int[] codes = new int[Tiles.SIZE];

    @Override
    public int encode(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
      int planes = 32 / width;
      if (n % (2 * LANES) != 0 || n % planes != 0) {
        return super.encode(x, words, n, unit, width, levels, key);
      }
      Loop.call(fill15, x, x, codes, n, 0, TileRandom.start(key));
      Tiles.clamp(x, n, levels * unit * BELOW_ONE);
      Loop.call(round, x, x, codes, n, unit, (1 << width) - 1);
      BitPlanes.Vector.fold(codes, n, width, Integer.numberOfTrailingZeros(planes));
      System.arraycopy(codes, 0, words, 0, n / planes);
      return n / planes;
    }

    /** Leaves the multiples in {@code codes}, and they times the unit in x. */
    private static int round(float[] x, int[] codes, int n, float unit, int mask) {
      float scale = FixedPoint.ONE / unit;
      IntVector wholeInts = IntVector.broadcast(INTS, WHOLE_BITS);
      FloatVector wholes = FloatVector.broadcast(FLOATS, WHOLE);
      for (int i = 0; i < n; i += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, x, i);
        IntVector fixed = value.mul(scale).add(wholes).reinterpretAsInts().sub(wholeInts);
        IntVector q = IntVector.fromArray(INTS, codes, i).add(fixed).lanewise(ASHR, 15);
        q.and(mask).intoArray(codes, i);
        q.add(wholeInts).reinterpretAsFloats().sub(wholes).mul(unit).intoArray(x, i);
      }
      return n;
    }
  }
}
