package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.FloatBits.MAGNITUDE;
import static io.trireme.kernels.codec.tile.FloatBits.SIGN;
import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.INTS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Rounds to bf16. For one thread. */
public class Bf16Kernel {

  /** The greatest magnitude of a bf16 float. */
  private static final int MAX = 0x7f7f0000;

  private static final int UPPER = 0xffff0000;

  private final int[] bits = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  Bf16Kernel() {}

  /** The fastest form that this process can run. */
  public static Bf16Kernel create() {
    return Tiles.hasVectors() ? new Vector() : new Bf16Kernel();
  }

  /**
   * Rounds to bf16.
   *
   * @param p n floats, n even
   * @param e becomes p less what is sent
   * @param words becomes n/2 words: position i below, position i + n/2 above
   */
  public void encode(float[] p, float[] e, int[] words, int n) {
    Memory.bits(p, bits, n);
    round(bits, n);
    pack(bits, words, n / 2);
    Memory.floats(bits, floats, n);
    Tiles.subtract(p, floats, e, n);
  }

  private static void round(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      int magnitude = bits[i] & MAGNITUDE;
      int rounded = magnitude + 0x7fff + ((magnitude >>> 16) & 1);
      int over = (MAX - magnitude) >> 31;
      bits[i] = (bits[i] & SIGN) | (((rounded & ~over) | (MAX & over)) & UPPER);
    }
  }

  private static void pack(int[] upper, int[] words, int half) {
    for (int i = 0; i < half; i++) {
      words[i] = (upper[i] >>> 16) | (upper[i + half] & UPPER);
    }
  }

  /** The reverse of {@link #encode}. */
  public void decode(int[] words, float[] tile, int n) {
    unpack(words, bits, n / 2);
    Memory.floats(bits, tile, n);
  }

  /** Words into the upper halves of words. */
  static void unpack(int[] words, int[] upper, int half) {
    for (int i = 0; i < half; i++) {
      upper[i] = words[i] << 16;
    }
    for (int i = 0; i < half; i++) {
      upper[i + half] = words[i] & UPPER;
    }
  }

  /** The form in vectors. */
  private static final class Vector extends Bf16Kernel {

    @Override
    public void encode(float[] p, float[] e, int[] words, int n) {
      int half = n / 2;
      if (half % LANES != 0) {
        super.encode(p, e, words, n);
        return;
      }
      for (int i = 0; i < half; i += LANES) {
        FloatVector low = FloatVector.fromArray(FLOATS, p, i);
        IntVector bits = low.reinterpretAsInts();
        IntVector magnitude = bits.and(MAGNITUDE).min(MAX);
        IntVector rounded = magnitude.add(0x7fff).add(magnitude.lanewise(LSHR, 16).and(1));
        IntVector lowSent = rounded.and(UPPER).or(bits.and(SIGN));
        low.sub(lowSent.reinterpretAsFloats()).intoArray(e, i);
        FloatVector high = FloatVector.fromArray(FLOATS, p, i + half);
        IntVector highBits = high.reinterpretAsInts();
        IntVector highMagnitude = highBits.and(MAGNITUDE).min(MAX);
        IntVector highRounded =
            highMagnitude.add(0x7fff).add(highMagnitude.lanewise(LSHR, 16).and(1));
        IntVector highSent = highRounded.and(UPPER).or(highBits.and(SIGN));
        high.sub(highSent.reinterpretAsFloats()).intoArray(e, i + half);
        lowSent.lanewise(LSHR, 16).or(highSent).intoArray(words, i);
      }
    }

    @Override
    public void decode(int[] words, float[] tile, int n) {
      int half = n / 2;
      if (half % LANES != 0) {
        super.decode(words, tile, n);
        return;
      }
      for (int i = 0; i < half; i += LANES) {
        IntVector word = IntVector.fromArray(INTS, words, i);
        word.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(tile, i);
        word.and(UPPER).reinterpretAsFloats().intoArray(tile, i + half);
      }
    }
  }
}
