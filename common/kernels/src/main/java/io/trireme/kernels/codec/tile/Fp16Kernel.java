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

/** Rounds to IEEE half precision. For one thread. */
public class Fp16Kernel {

  /** Brings the exponents of halves to where floats have theirs. */
  private static final float BIAS = 0x1p-112f;

  private static final float UNBIAS = 0x1p112f;

  /** The bits of 32752, biased: the next half would be infinite where the scale is the least. */
  private static final int MAX = Float.floatToRawIntBits(32752 * 0x1p-112f);

  private final int[] bits = new int[Tiles.SIZE];
  private final int[] halves = new int[Tiles.SIZE];
  private final float[] floats = new float[Tiles.SIZE];

  /** Loops over arrays. */
  Fp16Kernel() {}

  /** The fastest form that this process can run. */
  public static Fp16Kernel create() {
    return Tiles.hasVectors() ? new Vector() : new Fp16Kernel();
  }

  /**
   * The power of two by which floats up to {@code max} are multiplied to fill the range of half
   * precision.
   */
  public static float scale(float max) {
    return Math.scalb(1f, Math.min(126, 14 - Math.getExponent(max)));
  }

  /**
   * Rounds to half precision.
   *
   * @param p n floats, n even
   * @param e becomes p less what is sent
   * @param words becomes n/2 words: position i below, position i + n/2 above
   * @param scale what {@link #scale} says of the greatest of them
   */
  public void encode(float[] p, float[] e, int[] words, int n, float scale) {
    scaleTwice(p, floats, n, scale, BIAS);
    Memory.bits(floats, bits, n);
    round(bits, halves, n);
    pack(halves, words, n / 2);
    Memory.floats(bits, floats, n);
    scaleTwice(floats, floats, n, UNBIAS, 1 / scale);
    Tiles.subtract(p, floats, e, n);
  }

  private static void scaleTwice(float[] from, float[] to, int n, float first, float second) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i] * first * second;
    }
  }

  /** Rounds the bits of biased floats to ten bits of fraction, to at most {@link #MAX}. */
  private static void round(int[] bits, int[] halves, int n) {
    for (int i = 0; i < n; i++) {
      int magnitude = bits[i] & MAGNITUDE;
      int nearest = (magnitude + 0xfff + ((magnitude >>> 13) & 1)) & 0xffffe000;
      int rounded = nearest - ((MAX - nearest) >>> 31 << 13);
      int sign = bits[i] & SIGN;
      bits[i] = sign | rounded;
      halves[i] = (sign >>> 16) | (rounded >>> 13);
    }
  }

  private static void pack(int[] halves, int[] words, int half) {
    for (int i = 0; i < half; i++) {
      words[i] = halves[i] | (halves[i + half] << 16);
    }
  }

  /** The reverse of {@link #encode}. */
  public void decode(int[] words, float[] tile, int n, float scale) {
    Bf16Kernel.unpack(words, bits, n / 2);
    toBiased(bits, n);
    Memory.floats(bits, tile, n);
    scaleTwice(tile, tile, n, UNBIAS, 1 / scale);
  }

  /** Halves in the upper 16 bits into biased floats. */
  private static void toBiased(int[] bits, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] = (bits[i] & SIGN) | ((bits[i] & MAGNITUDE) >>> 3);
    }
  }

  /** The form in vectors. */
  private static final class Vector extends Fp16Kernel {

    private final int[] codes = new int[Tiles.SIZE];

    @Override
    public void encode(float[] p, float[] e, int[] words, int n, float scale) {
      int half = n / 2;
      if (half % LANES != 0) {
        super.encode(p, e, words, n, scale);
        return;
      }
      toUpperHalves(p, e, codes, n, scale, 1 / scale);
      packUpper(codes, words, half);
    }

    private static void toUpperHalves(
        float[] p, float[] e, int[] halves, int n, float scale, float inverse) {
      IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
      IntVector signs = IntVector.broadcast(INTS, SIGN);
      IntVector ones = IntVector.broadcast(INTS, 1);
      IntVector belowHalf = IntVector.broadcast(INTS, 0xfff);
      IntVector halfBits = IntVector.broadcast(INTS, 0xffffe000);
      IntVector halfMaxima = IntVector.broadcast(INTS, MAX);
      FloatVector halfBiases = FloatVector.broadcast(FLOATS, BIAS);
      FloatVector halfUnbiases = FloatVector.broadcast(FLOATS, UNBIAS);
      for (int i = 0; i < n; i += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, p, i);
        IntVector bits = value.mul(scale).mul(halfBiases).reinterpretAsInts();
        IntVector magnitude = bits.and(magnitudes);
        IntVector nearest = magnitude.lanewise(LSHR, 13).and(ones).add(magnitude).add(belowHalf);
        IntVector sign = bits.and(signs);
        IntVector rounded = nearest.and(halfBits).min(halfMaxima);
        FloatVector sent = rounded.or(sign).reinterpretAsFloats();
        value.sub(sent.mul(halfUnbiases).mul(inverse)).intoArray(e, i);
        rounded.lanewise(LSHL, 3).or(sign).intoArray(halves, i);
      }
    }

    private static void packUpper(int[] halves, int[] words, int half) {
      for (int i = 0; i < half; i += LANES) {
        IntVector.fromArray(INTS, halves, i)
            .lanewise(LSHR, 16)
            .or(IntVector.fromArray(INTS, halves, i + half))
            .intoArray(words, i);
      }
    }

    @Override
    public void decode(int[] words, float[] tile, int n, float scale) {
      int half = n / 2;
      if (half % LANES != 0) {
        super.decode(words, tile, n, scale);
        return;
      }
      float inverse = 1 / scale;
      for (int i = 0; i < half; i += LANES) {
        IntVector word = IntVector.fromArray(INTS, words, i);
        IntVector low = word.lanewise(LSHL, 16);
        low.and(SIGN)
            .or(low.and(0x7fff0000).lanewise(LSHR, 3))
            .reinterpretAsFloats()
            .mul(UNBIAS)
            .mul(inverse)
            .intoArray(tile, i);
        word.and(SIGN)
            .or(word.and(0x7fff0000).lanewise(LSHR, 3))
            .reinterpretAsFloats()
            .mul(UNBIAS)
            .mul(inverse)
            .intoArray(tile, i + half);
      }
    }
  }
}
