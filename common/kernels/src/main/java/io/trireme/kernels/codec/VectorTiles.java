package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.BitLoops.foldFrom;
import static io.trireme.kernels.codec.BitLoops.hits;
import static io.trireme.kernels.codec.Loop.call;
import static io.trireme.kernels.codec.VectorBits.countNonZeros;
import static io.trireme.kernels.codec.VectorBits.foldTwice;
import static io.trireme.kernels.codec.VectorBits.fourSums;
import static io.trireme.kernels.codec.VectorBits.magnitudes;
import static io.trireme.kernels.codec.VectorBits.maxBits;
import static io.trireme.kernels.codec.VectorBits.nonZeroBits;
import static io.trireme.kernels.codec.VectorBits.notBelow;
import static io.trireme.kernels.codec.VectorBits.signed;
import static io.trireme.kernels.codec.VectorBits.takeTau;
import static io.trireme.kernels.codec.VectorRounding.fill15;
import static io.trireme.kernels.codec.VectorRounding.pack;
import static io.trireme.kernels.codec.VectorRounding.packHalves;
import static io.trireme.kernels.codec.VectorRounding.roundAtRandom;
import static io.trireme.kernels.codec.VectorRounding.roundTo;
import static io.trireme.kernels.codec.VectorRounding.toBiasedHalves;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same as {@link Tiles} bit for bit, by the Vector API that incubates in Java 17: what takes
 * several loops there takes one here, since bits and floats share a register. To be made only where
 * the module {@code jdk.incubator.vector} is present. Lengths that are no multiple of the
 * registers' are left to {@link Tiles}.
 *
 * <p>Loops are short, and constants are made before them, since the compiler inlines only so many
 * operations into one loop (some forty), and makes an object of each vector beyond.
 */
final class VectorTiles extends Tiles {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  private final Loop max = (p, e, words, n, factor, bits) -> maxBits(p, n);
  private final Loop nonZeros = (p, e, words, n, factor, bits) -> countNonZeros(p, n);
  private final Loop magnitudes = (p, e, words, n, factor, bits) -> magnitudes(p, e);
  private final Loop signed = (p, e, words, n, factor, bits) -> signed(p, e, words, n, bits);
  private final Loop fill15 = (p, e, words, n, factor, bits) -> fill15(words, n, bits);
  private final Loop round =
      (p, e, words, n, factor, bits) -> roundAtRandom(p, e, words, n, factor);
  private final Loop roundTo = (p, e, words, n, factor, bits) -> roundTo(p, words, n, factor, bits);

  private final float[] sums = new float[SIZE / 4];
  private final int[] codes = new int[SIZE];

  /** Every row of a tile twice over. */
  private final float[] twice = new float[2 * SIZE];

  @Override
  float max(float[] tile, int n) {
    return n % (4 * LANES) == 0
        ? Float.intBitsToFloat(call(max, tile, tile, codes, n, 0, 0))
        : super.max(tile, n);
  }

  @Override
  void bf16(float[] p, float[] e, int[] words, int n) {
    int half = n / 2;
    if (half % LANES != 0) {
      super.bf16(p, e, words, n);
      return;
    }
    for (int i = 0; i < half; i += LANES) {
      FloatVector low = FloatVector.fromArray(FLOATS, p, i);
      IntVector bits = low.reinterpretAsInts();
      IntVector magnitude = bits.and(MAGNITUDE).min(BF16_MAX);
      IntVector rounded = magnitude.add(0x7fff).add(magnitude.lanewise(LSHR, 16).and(1));
      IntVector lowSent = rounded.and(0xffff0000).or(bits.and(SIGN));
      low.sub(lowSent.reinterpretAsFloats()).intoArray(e, i);
      FloatVector high = FloatVector.fromArray(FLOATS, p, i + half);
      IntVector highBits = high.reinterpretAsInts();
      IntVector highMagnitude = highBits.and(MAGNITUDE).min(BF16_MAX);
      IntVector highRounded =
          highMagnitude.add(0x7fff).add(highMagnitude.lanewise(LSHR, 16).and(1));
      IntVector highSent = highRounded.and(0xffff0000).or(highBits.and(SIGN));
      high.sub(highSent.reinterpretAsFloats()).intoArray(e, i + half);
      lowSent.lanewise(LSHR, 16).or(highSent).intoArray(words, i);
    }
  }

  @Override
  void fromBf16(int[] words, float[] tile, int n) {
    int half = n / 2;
    if (half % LANES != 0) {
      super.fromBf16(words, tile, n);
      return;
    }
    for (int i = 0; i < half; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      word.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(tile, i);
      word.and(0xffff0000).reinterpretAsFloats().intoArray(tile, i + half);
    }
  }

  @Override
  void fp16(float[] p, float[] e, int[] words, int n, float scale) {
    int half = n / 2;
    if (half % LANES != 0) {
      super.fp16(p, e, words, n, scale);
      return;
    }
    toBiasedHalves(p, e, codes, n, scale, 1 / scale);
    packHalves(codes, words, half);
  }

  @Override
  void fromFp16(int[] words, float[] tile, int n, float scale) {
    int half = n / 2;
    if (half % LANES != 0) {
      super.fromFp16(words, tile, n, scale);
      return;
    }
    float inverse = 1 / scale;
    for (int i = 0; i < half; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      IntVector low = word.lanewise(LSHL, 16);
      low.and(SIGN)
          .or(low.and(0x7fff0000).lanewise(LSHR, 3))
          .reinterpretAsFloats()
          .mul(HALF_UNBIAS)
          .mul(inverse)
          .intoArray(tile, i);
      word.and(SIGN)
          .or(word.and(0x7fff0000).lanewise(LSHR, 3))
          .reinterpretAsFloats()
          .mul(HALF_UNBIAS)
          .mul(inverse)
          .intoArray(tile, i + half);
    }
  }

  @Override
  void addSaturated(float[] a, float[] b, int n) {
    int whole = n - n % LANES;
    for (int i = 0; i < whole; i += LANES) {
      IntVector bits =
          FloatVector.fromArray(FLOATS, a, i)
              .add(FloatVector.fromArray(FLOATS, b, i))
              .reinterpretAsInts();
      bits.and(MAGNITUDE).min(GREATEST).or(bits.and(SIGN)).reinterpretAsFloats().intoArray(a, i);
    }
    addSaturated(a, b, whole, n);
  }

  @Override
  boolean finite(float[] tile, int n) {
    return n % (4 * LANES) == 0
        ? call(max, tile, tile, codes, n, 0, 0) <= GREATEST
        : super.finite(tile, n);
  }

  @Override
  void int8(float[] p, float[] e, int[] words, int n, float unit, long key) {
    int quarter = n / 4;
    if (quarter % LANES != 0) {
      super.int8(p, e, words, n, unit, key);
      return;
    }
    call(fill15, p, p, codes, n, 0, TileRandom.start(key));
    call(round, p, e, codes, n, unit, 0);
    pack(codes, words, quarter);
  }

  @Override
  int quantize(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
    int planes = 32 / width;
    if (n % (2 * LANES) != 0 || n % planes != 0) {
      return super.quantize(x, words, n, unit, width, levels, key);
    }
    call(fill15, x, x, codes, n, 0, TileRandom.start(key));
    clamp(x, n, levels * unit * BELOW_ONE);
    call(roundTo, x, x, codes, n, unit, (1 << width) - 1);
    fold(codes, n, width, Integer.numberOfTrailingZeros(planes));
    System.arraycopy(codes, 0, words, 0, n / planes);
    return n / planes;
  }

  @Override
  void fromInt8(int[] words, float[] tile, int n, float unit) {
    int quarter = n / 4;
    if (quarter % LANES != 0) {
      super.fromInt8(words, tile, n, unit);
      return;
    }
    for (int i = 0; i < quarter; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      word.lanewise(LSHL, 24)
          .lanewise(ASHR, 24)
          .add(WHOLE_BITS)
          .reinterpretAsFloats()
          .sub(WHOLE)
          .mul(unit)
          .intoArray(tile, i);
      word.lanewise(LSHL, 16)
          .lanewise(ASHR, 24)
          .add(WHOLE_BITS)
          .reinterpretAsFloats()
          .sub(WHOLE)
          .mul(unit)
          .intoArray(tile, i + quarter);
      word.lanewise(LSHL, 8)
          .lanewise(ASHR, 24)
          .add(WHOLE_BITS)
          .reinterpretAsFloats()
          .sub(WHOLE)
          .mul(unit)
          .intoArray(tile, i + 2 * quarter);
      word.lanewise(ASHR, 24)
          .add(WHOLE_BITS)
          .reinterpretAsFloats()
          .sub(WHOLE)
          .mul(unit)
          .intoArray(tile, i + 3 * quarter);
    }
  }

  @Override
  float sumOfMagnitudes(float[] p, int n) {
    if (n != SIZE || LANES > 16) {
      return super.sumOfMagnitudes(p, n);
    }
    call(magnitudes, p, sums, codes, n, 0, 0);
    for (int quarter = SIZE / 16; quarter >= 16; quarter /= 4) {
      fourSums(sums, quarter);
    }
    float sum = 0;
    for (int i = 0; i < 16; i++) {
      sum += sums[i];
    }
    return sum;
  }

  @Override
  int nonZeros(float[] p, int n) {
    if (n % (4 * LANES) != 0) {
      return super.nonZeros(p, n);
    }
    return call(nonZeros, p, p, codes, n, 0, 0);
  }

  /** Two levels at once. */
  @Override
  void fold(int[] codes, int n, int width, int levels) {
    int level = 0;
    for (; level + 2 <= levels && (n >> level) % (4 * LANES) == 0; level += 2) {
      foldTwice(codes, n >> (level + 2), width << level);
    }
    foldFrom(level, codes, n, width, levels);
  }

  @Override
  void onebit(
      float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
    if (n % LANES != 0) {
      super.onebit(p, e, signs, nonZeros, n, scale, zeros);
      return;
    }
    call(signed, p, e, codes, n, 0, Float.floatToRawIntBits(scale));
    fold(codes, n, 1, 5);
    System.arraycopy(codes, 0, signs, 0, n / 32);
    if (zeros) {
      nonZeroBits(p, codes, n);
      fold(codes, n, 1, 5);
      System.arraycopy(codes, 0, nonZeros, 0, n / 32);
    }
  }

  @Override
  void fromOnebit(int[] signs, int[] nonZeros, float[] tile, int n, float scale) {
    int stride = n / 32;
    if (stride % LANES != 0) {
      super.fromOnebit(signs, nonZeros, tile, n, scale);
      return;
    }
    int scaleBits = Float.floatToRawIntBits(scale);
    for (int bit = 0; bit < 32; bit++) {
      int at = stride * (Integer.reverse(bit) >>> 27);
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

  @Override
  int threshold(float[] p, float[] e, int[] words, int first, int n, float tau) {
    if (n % LANES != 0) {
      return super.threshold(p, e, words, first, n, tau);
    }
    takeTau(p, e, codes, n, Float.floatToRawIntBits(tau));
    fold(codes, n, 2, 4);
    System.arraycopy(codes, 0, words, first, n / 16);
    return hits(codes, n / 16);
  }

  @Override
  void fromCodes(int[] words, float[] tile, int n, float tau) {
    int stride = n / 16;
    if (stride % LANES != 0) {
      super.fromCodes(words, tile, n, tau);
      return;
    }
    int tauBits = Float.floatToRawIntBits(tau);
    for (int code = 0; code < 16; code++) {
      int at = stride * (Integer.reverse(code) >>> 28);
      for (int i = 0; i < stride; i += LANES) {
        IntVector upper = IntVector.fromArray(INTS, words, i).lanewise(LSHL, 30 - 2 * code);
        IntVector hit = upper.lanewise(LSHL, 1).lanewise(ASHR, 31);
        upper.and(SIGN).or(tauBits).and(hit).reinterpretAsFloats().intoArray(tile, at + i);
      }
    }
  }

  @Override
  void select(float[] v, int[] selected, int n, float threshold) {
    if (n % LANES != 0) {
      super.select(v, selected, n, threshold);
      return;
    }
    notBelow(v, codes, n, Float.floatToRawIntBits(threshold));
    fold(codes, n, 1, 5);
    System.arraycopy(codes, 0, selected, 0, n / 32);
  }

  @Override
  void butterflies(float[] x, int from, int n) {
    int apart = from;
    if (from < LANES) {
      super.butterflies(x, from, n);
      return;
    }
    for (; 2 * apart < n; apart *= 4) {
      for (int at = 0; at < n; at += 4 * apart) {
        for (int i = at; i < at + apart; i += LANES) {
          fourWings(x, i, apart);
        }
      }
    }
    for (; apart < n; apart *= 2) {
      for (int at = 0; at < n; at += 2 * apart) {
        for (int i = at; i < at + apart; i += LANES) {
          FloatVector a = FloatVector.fromArray(FLOATS, x, i);
          FloatVector b = FloatVector.fromArray(FLOATS, x, i + apart);
          a.add(b).intoArray(x, i);
          a.sub(b).intoArray(x, i + apart);
        }
      }
    }
  }

  /** Two levels at once. */
  private static void fourWings(float[] x, int i, int apart) {
    FloatVector a = FloatVector.fromArray(FLOATS, x, i);
    FloatVector b = FloatVector.fromArray(FLOATS, x, i + apart);
    FloatVector c = FloatVector.fromArray(FLOATS, x, i + 2 * apart);
    FloatVector d = FloatVector.fromArray(FLOATS, x, i + 3 * apart);
    FloatVector ab = a.add(b);
    FloatVector cd = c.add(d);
    ab.add(cd).intoArray(x, i);
    ab.sub(cd).intoArray(x, i + 2 * apart);
    FloatVector aNotB = a.sub(b);
    FloatVector cNotD = c.sub(d);
    aNotB.add(cNotD).intoArray(x, i + apart);
    aNotB.sub(cNotD).intoArray(x, i + 3 * apart);
  }

  @Override
  void shiftRows(float[] x, int places) {
    if (ROW % LANES != 0) {
      super.shiftRows(x, places);
      return;
    }
    for (int at = 0; at < SIZE; at += ROW) {
      for (int i = 0; i < ROW; i += LANES) {
        FloatVector part = FloatVector.fromArray(FLOATS, x, at + i);
        part.intoArray(twice, 2 * at + i);
        part.intoArray(twice, 2 * at + ROW + i);
      }
    }
    for (int at = 0; at < SIZE; at += ROW) {
      int first = 2 * at + ROW - at / ROW * places % ROW;
      for (int i = 0; i < ROW; i += LANES) {
        FloatVector.fromArray(FLOATS, twice, first + i).intoArray(x, at + i);
      }
    }
  }
}
