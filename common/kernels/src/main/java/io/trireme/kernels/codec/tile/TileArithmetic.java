package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FloatBits.GREATEST;
import static io.trireme.kernels.codec.tile.FloatBits.MAGNITUDE;
import static io.trireme.kernels.codec.tile.FloatBits.ONE_EXPONENT;
import static io.trireme.kernels.codec.tile.FloatBits.SIGN;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** What encoders of all codecs do to a tile. For one thread. */
public class TileArithmetic {

  private final int[] bits = new int[Tiles.SIZE];

  /** Loops over arrays. */
  TileArithmetic() {}

  /** The fastest form that this process can run. */
  public static TileArithmetic create() {
    return Tiles.hasVectors() ? new Vector() : new TileArithmetic();
  }

  /** {@code a += b}, at most the greatest float; both finite. */
  public void addSaturated(float[] a, float[] b, int n) {
    addSaturated(a, b, 0, n);
  }

  private static void addSaturated(float[] a, float[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      a[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, a[i] + b[i]));
    }
  }

  /** Whether all of n floats are neither NaN nor infinite. */
  public boolean finite(float[] tile, int n) {
    Memory.bits(tile, bits, n);
    return finite(bits, n);
  }

  private static boolean finite(int[] bits, int n) {
    int any = 0;
    for (int i = 0; i < n; i++) {
      any |= (bits[i] & MAGNITUDE) + ONE_EXPONENT;
    }
    return any >= 0;
  }

  /** The greatest magnitude of n floats, n at least 1. */
  public float max(float[] tile, int n) {
    Memory.bits(tile, bits, n);
    int length = n;
    magnitudes(bits, length);
    while (length > 16) {
      int half = (length + 1) / 2;
      foldMax(bits, half, length - half);
      length = half;
    }
    int max = 0;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, bits[i]);
    }
    return Float.intBitsToFloat(max);
  }

  private static void magnitudes(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] &= MAGNITUDE;
    }
  }

  private static void foldMax(int[] bits, int from, int n) {
    for (int i = 0; i < n; i++) {
      int difference = bits[i] - bits[i + from];
      bits[i] -= difference & (difference >> 31);
    }
  }

  /** The form in vectors. */
  private static final class Vector extends TileArithmetic {

    private final Loop max = (p, e, words, n, factor, bits) -> maxBits(p, n);
    private final int[] words = new int[Tiles.SIZE];

    @Override
    public void addSaturated(float[] a, float[] b, int n) {
      int whole = n - n % LANES;
      for (int i = 0; i < whole; i += LANES) {
        IntVector bits =
            FloatVector.fromArray(FLOATS, a, i)
                .add(FloatVector.fromArray(FLOATS, b, i))
                .reinterpretAsInts();
        bits.and(MAGNITUDE).min(GREATEST).or(bits.and(SIGN)).reinterpretAsFloats().intoArray(a, i);
      }
      TileArithmetic.addSaturated(a, b, whole, n);
    }

    @Override
    public boolean finite(float[] tile, int n) {
      return n % (4 * LANES) == 0
          ? Loop.call(max, tile, tile, words, n, 0, 0) <= GREATEST
          : super.finite(tile, n);
    }

    @Override
    public float max(float[] tile, int n) {
      return n % (4 * LANES) == 0
          ? Float.intBitsToFloat(Loop.call(max, tile, tile, words, n, 0, 0))
          : super.max(tile, n);
    }

    private static int maxBits(float[] tile, int n) {
      IntVector max = IntVector.zero(INTS);
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      for (int i = 0; i < n; i += 4 * LANES) {
        IntVector a = FloatVector.fromArray(FLOATS, tile, i).reinterpretAsInts().and(magnitudes);
        IntVector b = FloatVector.fromArray(FLOATS, tile, i + LANES).reinterpretAsInts();
        IntVector c = FloatVector.fromArray(FLOATS, tile, i + 2 * LANES).reinterpretAsInts();
        IntVector d = FloatVector.fromArray(FLOATS, tile, i + 3 * LANES).reinterpretAsInts();
        IntVector ab = a.max(b.and(magnitudes));
        IntVector cd = c.and(magnitudes).max(d.and(magnitudes));
        max = max.max(ab.max(cd));
      }
      return max.reduceLanes(MAX);
    }
  }
}
