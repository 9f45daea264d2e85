package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FloatBits.MAGNITUDE;
import static io.trireme.kernels.codec.tile.FloatBits.SIGN;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Floats into signs and their mean magnitude. For one thread. */
public class OnebitKernel {

  private final int[] bits = new int[Tiles.SIZE];
  private final int[] work = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  OnebitKernel() {}

  /** The fastest form that this process can run. */
  public static OnebitKernel create() {
    return Tiles.hasVectors() ? new Vector() : new OnebitKernel();
  }

  /** The sum of magnitudes, in the order of a fixed tree, divided by 1024. */
  public float sumOfMagnitudes(float[] p, int n) {
    scaledMagnitudes(p, floats, n);
    return Tiles.treeSum(floats, n);
  }

  private static void scaledMagnitudes(float[] p, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = Math.abs(p[i]) * 0x1p-10f;
    }
  }

  /** The number of floats that are not zero. */
  public int nonZeros(float[] p, int n) {
    Memory.bits(p, work, n);
    return countNonZeros(work, n);
  }

  private static int countNonZeros(int[] bits, int n) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += ((bits[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
    }
    return count;
  }

  /**
   * Sends the sign of each float that is not zero, times a scale.
   *
   * @param p n floats, n a multiple of 32
   * @param e becomes p less what is sent
   * @param signs becomes n/32 words of signs, bit b of word i that of position {@link
   *     BitPlanes#bitIndex}
   * @param nonZeros becomes n/32 words likewise: whether the float is not zero
   * @param zeros whether that is wanted
   */
  public void encode(
      float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
    Memory.bits(p, bits, n);
    signed(bits, work, n, Float.floatToRawIntBits(scale));
    Memory.floats(work, floats, n);
    Tiles.subtract(p, floats, e, n);
    signBits(bits, work, n);
    BitPlanes.fold(work, n, 1, 5);
    System.arraycopy(work, 0, signs, 0, n / 32);
    if (zeros) {
      nonZeroBits(bits, n);
      BitPlanes.fold(bits, n, 1, 5);
      System.arraycopy(bits, 0, nonZeros, 0, n / 32);
    }
  }

  private static void signed(int[] bits, int[] signed, int n, int scale) {
    for (int i = 0; i < n; i++) {
      int nonZero = ((bits[i] & MAGNITUDE) + MAGNITUDE) >> 31;
      signed[i] = ((bits[i] & SIGN) | scale) & nonZero;
    }
  }

  private static void signBits(int[] bits, int[] signs, int n) {
    for (int i = 0; i < n; i++) {
      signs[i] = bits[i] >>> 31;
    }
  }

  private static void nonZeroBits(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] = ((bits[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
    }
  }

  /** The reverse of {@link #encode}. */
  public void decode(int[] signs, int[] nonZeros, float[] tile, int n, float scale) {
    System.arraycopy(signs, 0, bits, 0, n / 32);
    System.arraycopy(nonZeros, 0, work, 0, n / 32);
    BitPlanes.unfold(bits, n, 1, 5);
    BitPlanes.unfold(work, n, 1, 5);
    toSigned(bits, work, n, Float.floatToRawIntBits(scale));
    Memory.floats(bits, tile, n);
  }

  private static void toSigned(int[] signs, int[] nonZeros, int n, int scale) {
    for (int i = 0; i < n; i++) {
      signs[i] = ((signs[i] << 31) | scale) & (nonZeros[i] << 31 >> 31);
    }
  }

  /** The form in vectors. */
  private static final class Vector extends OnebitKernel {

    private final Loop nonZeros = (p, e, words, n, factor, bits) -> countNonZeros(p, n);
    private final Loop magnitudes = (p, e, words, n, factor, bits) -> magnitudes(p, e);
    private final Loop signed = (p, e, words, n, factor, bits) -> signed(p, e, words, n, bits);
    private final float[] sums = new float[Tiles.SIZE / 4];
    private final int[] codes = new int[Tiles.SIZE];

    @Override
    public float sumOfMagnitudes(float[] p, int n) {
      if (n != Tiles.SIZE || LANES > 16) {
        return super.sumOfMagnitudes(p, n);
      }
      Loop.call(magnitudes, p, sums, codes, n, 0, 0);
      for (int quarter = Tiles.SIZE / 16; quarter >= 16; quarter /= 4) {
        fourSums(sums, quarter);
      }
      float sum = 0;
      for (int i = 0; i < 16; i++) {
        sum += sums[i];
      }
      return sum;
    }

    /** Scaled magnitudes, added up four by four. */
    private static int magnitudes(float[] p, float[] sums) {
      int quarter = Tiles.SIZE / 4;
      for (int i = 0; i < quarter; i += LANES) {
        FloatVector a = FloatVector.fromArray(FLOATS, p, i).abs().mul(0x1p-10f);
        FloatVector b = FloatVector.fromArray(FLOATS, p, i + quarter).abs().mul(0x1p-10f);
        FloatVector c = FloatVector.fromArray(FLOATS, p, i + 2 * quarter).abs().mul(0x1p-10f);
        FloatVector d = FloatVector.fromArray(FLOATS, p, i + 3 * quarter).abs().mul(0x1p-10f);
        a.add(c).add(b.add(d)).intoArray(sums, i);
      }
      return quarter;
    }

    private static void fourSums(float[] sums, int quarter) {
      for (int i = 0; i < quarter; i += LANES) {
        FloatVector a = FloatVector.fromArray(FLOATS, sums, i);
        FloatVector b = FloatVector.fromArray(FLOATS, sums, i + quarter);
        FloatVector c = FloatVector.fromArray(FLOATS, sums, i + 2 * quarter);
        FloatVector d = FloatVector.fromArray(FLOATS, sums, i + 3 * quarter);
        a.add(c).add(b.add(d)).intoArray(sums, i);
      }
    }

    @Override
    public int nonZeros(float[] p, int n) {
      return n % (4 * LANES) == 0
          ? Loop.call(nonZeros, p, p, codes, n, 0, 0)
          : super.nonZeros(p, n);
    }

    private static int countNonZeros(float[] p, int n) {
      IntVector zeros = IntVector.zero(INTS);
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      IntVector ones = IntVector.broadcast(INTS, 1);
      for (int i = 0; i < n; i += 2 * LANES) {
        IntVector a = FloatVector.fromArray(FLOATS, p, i).reinterpretAsInts().and(magnitudes);
        IntVector b = FloatVector.fromArray(FLOATS, p, i + LANES).reinterpretAsInts();
        IntVector zeroA = a.sub(ones).lanewise(ASHR, 31);
        zeros = zeros.add(zeroA.add(b.and(magnitudes).sub(ones).lanewise(ASHR, 31)));
      }
      return n + zeros.reduceLanes(ADD);
    }

    @Override
    public void encode(
        float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
      if (n % LANES != 0) {
        super.encode(p, e, signs, nonZeros, n, scale, zeros);
        return;
      }
      Loop.call(signed, p, e, codes, n, 0, Float.floatToRawIntBits(scale));
      BitPlanes.Vector.fold(codes, n, 1, 5);
      System.arraycopy(codes, 0, signs, 0, n / 32);
      if (zeros) {
        nonZeroBits(p, codes, n);
        BitPlanes.Vector.fold(codes, n, 1, 5);
        System.arraycopy(codes, 0, nonZeros, 0, n / 32);
      }
    }

    private static int signed(float[] p, float[] e, int[] codes, int n, int scale) {
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      IntVector signs = IntVector.broadcast(INTS, SIGN);
      for (int i = 0; i < n; i += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, p, i);
        IntVector bits = value.reinterpretAsInts();
        IntVector nonZero = bits.and(magnitudes).add(magnitudes).lanewise(ASHR, 31);
        IntVector sent = bits.and(signs).or(scale).and(nonZero);
        value.sub(sent.reinterpretAsFloats()).intoArray(e, i);
        bits.lanewise(LSHR, 31).intoArray(codes, i);
      }
      return n;
    }

    private static void nonZeroBits(float[] p, int[] codes, int n) {
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      for (int i = 0; i < n; i += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, p, i).reinterpretAsInts();
        bits.and(magnitudes).add(magnitudes).lanewise(LSHR, 31).intoArray(codes, i);
      }
    }

    @Override
    public void decode(int[] signs, int[] nonZeros, float[] tile, int n, float scale) {
      int stride = n / 32;
      if (stride % LANES != 0) {
        super.decode(signs, nonZeros, tile, n, scale);
        return;
      }
      int scaleBits = Float.floatToRawIntBits(scale);
      for (int bit = 0; bit < 32; bit++) {
        int at = BitPlanes.bitIndex(0, bit, n);
        for (int i = 0; i < stride; i += LANES) {
          IntVector sign = IntVector.fromArray(INTS, signs, i).lanewise(LSHL, 31 - bit);
          IntVector not = IntVector.fromArray(INTS, nonZeros, i).lanewise(LSHL, 31 - bit);
          sign.and(SIGN)
              .or(scaleBits)
              .and(not.lanewise(ASHR, 31))
              .reinterpretAsFloats()
              .intoArray(tile, at + i);
        }
      }
    }
  }
}
