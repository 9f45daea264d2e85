package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FloatBits.MAGNITUDE;
import static io.trireme.kernels.codec.tile.FloatBits.SIGN;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Finds the floats whose magnitude reaches a threshold. For one thread. */
public class ThresholdKernel {

  private final int[] bits = new int[Tiles.SIZE];
  private final int[] codes = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  ThresholdKernel() {}

  /** The fastest form that this process can run. */
  public static ThresholdKernel create() {
    return Tiles.hasVectors() ? new Vector() : new ThresholdKernel();
  }

  /**
   * Sends {@code tau}, with the sign, of each float that is not below it in magnitude.
   *
   * @param p n floats, n a multiple of 16
   * @param e becomes p less what is sent
   * @param words becomes n/16 words of 2-bit codes: 0 nothing, 1 plus, 3 minus; code c of word i is
   *     that of position {@link BitPlanes#codeIndex}
   * @param first where the words start in {@code words}
   * @return how many are sent
   */
  public int encode(float[] p, float[] e, int[] words, int first, int n, float tau) {
    Memory.bits(p, bits, n);
    sent(bits, codes, n, Float.floatToRawIntBits(tau));
    Memory.floats(codes, floats, n);
    Tiles.subtract(p, floats, e, n);
    toCodes(codes, n);
    BitPlanes.fold(codes, n, 2, 4);
    System.arraycopy(codes, 0, words, first, n / 16);
    return hits(codes, n / 16);
  }

  private static void sent(int[] bits, int[] sent, int n, int tau) {
    for (int i = 0; i < n; i++) {
      int hit = (tau - 1 - (bits[i] & MAGNITUDE)) >> 31;
      sent[i] = ((bits[i] & SIGN) | tau) & hit;
    }
  }

  /** Floats that are zero or not into codes: the lowest bit says so, the next one is the sign. */
  private static void toCodes(int[] sent, int n) {
    for (int i = 0; i < n; i++) {
      int hit = ((sent[i] & MAGNITUDE) + MAGNITUDE) >>> 31;
      sent[i] = hit | (sent[i] >>> 31 << 1);
    }
  }

  private static int hits(int[] words, int n) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      count += Integer.bitCount(words[i] & 0x55555555);
    }
    return count;
  }

  /** The reverse of {@link #encode}, the words at the start of {@code words}. */
  public void decode(int[] words, float[] tile, int n, float tau) {
    System.arraycopy(words, 0, bits, 0, n / 16);
    BitPlanes.unfold(bits, n, 2, 4);
    toFloats(bits, n, Float.floatToRawIntBits(tau));
    Memory.floats(bits, tile, n);
  }

  private static void toFloats(int[] codes, int n, int tau) {
    for (int i = 0; i < n; i++) {
      codes[i] = ((codes[i] >>> 1 << 31) | tau) & (codes[i] << 31 >> 31);
    }
  }

  /**
   * Which floats are not below {@code threshold} in magnitude: n/32 words, as {@link
   * BitPlanes#bitIndex}; n a multiple of 32.
   */
  public void select(float[] v, int[] selected, int n, float threshold) {
    Memory.bits(v, codes, n);
    selectBits(codes, n, Float.floatToRawIntBits(threshold));
    BitPlanes.fold(codes, n, 1, 5);
    System.arraycopy(codes, 0, selected, 0, n / 32);
  }

  private static void selectBits(int[] bits, int n, int threshold) {
    for (int i = 0; i < n; i++) {
      bits[i] = (threshold - 1 - (bits[i] & MAGNITUDE)) >>> 31;
    }
  }

  /** The form in vectors. */
  private static final class Vector extends ThresholdKernel {

    private final int[] codes = new int[Tiles.SIZE];

    @Override
    public int encode(float[] p, float[] e, int[] words, int first, int n, float tau) {
      if (n % LANES != 0) {
        return super.encode(p, e, words, first, n, tau);
      }
      takeTau(p, e, codes, n, Float.floatToRawIntBits(tau));
      BitPlanes.Vector.fold(codes, n, 2, 4);
      System.arraycopy(codes, 0, words, first, n / 16);
      return hits(codes, n / 16);
    }

    private static void takeTau(float[] p, float[] e, int[] codes, int n, int tau) {
      IntVector below = IntVector.broadcast(INTS, tau - 1);
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      IntVector signs = IntVector.broadcast(INTS, SIGN);
      IntVector twos = IntVector.broadcast(INTS, 2);
      for (int i = 0; i < n; i += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, p, i);
        IntVector bits = value.reinterpretAsInts();
        IntVector hit = below.sub(bits.and(magnitudes)).lanewise(ASHR, 31);
        IntVector sent = bits.and(signs).or(tau).and(hit);
        value.sub(sent.reinterpretAsFloats()).intoArray(e, i);
        sent.lanewise(LSHR, 30).and(twos).sub(hit).intoArray(codes, i);
      }
    }

    @Override
    public void decode(int[] words, float[] tile, int n, float tau) {
      int stride = n / 16;
      if (stride % LANES != 0) {
        super.decode(words, tile, n, tau);
        return;
      }
      int tauBits = Float.floatToRawIntBits(tau);
      for (int code = 0; code < 16; code++) {
        int at = BitPlanes.codeIndex(0, code, n);
        for (int i = 0; i < stride; i += LANES) {
          IntVector upper = IntVector.fromArray(INTS, words, i).lanewise(LSHL, 30 - 2 * code);
          IntVector hit = upper.lanewise(LSHL, 1).lanewise(ASHR, 31);
          upper.and(SIGN).or(tauBits).and(hit).reinterpretAsFloats().intoArray(tile, at + i);
        }
      }
    }

    @Override
    public void select(float[] v, int[] selected, int n, float threshold) {
      if (n % LANES != 0) {
        super.select(v, selected, n, threshold);
        return;
      }
      notBelow(v, codes, n, Float.floatToRawIntBits(threshold));
      BitPlanes.Vector.fold(codes, n, 1, 5);
      System.arraycopy(codes, 0, selected, 0, n / 32);
    }

    private static void notBelow(float[] v, int[] codes, int n, int least) {
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      IntVector below = IntVector.broadcast(INTS, least - 1);
      for (int i = 0; i < n; i += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, v, i).reinterpretAsInts();
        below.sub(bits.and(magnitudes)).lanewise(LSHR, 31).intoArray(codes, i);
      }
    }
  }
}
