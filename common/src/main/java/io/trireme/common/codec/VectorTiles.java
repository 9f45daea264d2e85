package io.trireme.common.codec;

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
 */
final class VectorTiles extends Tiles {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  private final float[] sums = new float[SIZE / 4];
  private final int[] codes = new int[SIZE];
  private final int[] random = new int[SIZE];

  /** Every row of a tile twice over. */
  private final float[] twice = new float[2 * SIZE];

  @Override
  float max(float[] tile, int n) {
    if (n % (8 * LANES) != 0) {
      return super.max(tile, n);
    }
    int part = n / 8;
    for (int i = 0; i < part; i += LANES) {
      IntVector a = FloatVector.fromArray(FLOATS, tile, i).reinterpretAsInts().and(MAGNITUDE);
      IntVector b = FloatVector.fromArray(FLOATS, tile, i + part).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(FLOATS, tile, i + 2 * part).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(FLOATS, tile, i + 3 * part).reinterpretAsInts();
      IntVector ab = a.max(b.and(MAGNITUDE));
      IntVector cd = c.and(MAGNITUDE).max(d.and(MAGNITUDE));
      ab.max(cd).intoArray(codes, i);
    }
    for (int i = 0; i < part; i += LANES) {
      IntVector so = IntVector.fromArray(INTS, codes, i);
      IntVector a = FloatVector.fromArray(FLOATS, tile, i + 4 * part).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(FLOATS, tile, i + 5 * part).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(FLOATS, tile, i + 6 * part).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(FLOATS, tile, i + 7 * part).reinterpretAsInts();
      IntVector ab = a.and(MAGNITUDE).max(b.and(MAGNITUDE));
      IntVector cd = c.and(MAGNITUDE).max(d.and(MAGNITUDE));
      so.max(ab.max(cd)).intoArray(codes, i);
    }
    int max = 0;
    for (int i = 0; i < part; i++) {
      max = Math.max(max, codes[i]);
    }
    return Float.intBitsToFloat(max);
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
    toBiasedHalves(p, codes, n, scale);
    subtractHalves(p, codes, e, n, 1 / scale);
    packHalves(codes, words, half);
  }

  private static void toBiasedHalves(float[] p, int[] halves, int n, float scale) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector biased = FloatVector.fromArray(FLOATS, p, i).mul(scale).mul(HALF_BIAS);
      IntVector bits = biased.reinterpretAsInts();
      IntVector magnitude = bits.and(MAGNITUDE);
      IntVector nearest = magnitude.add(0xfff).add(magnitude.lanewise(LSHR, 13).and(1));
      nearest.and(0xffffe000).min(HALF_MAX).or(bits.and(SIGN)).intoArray(halves, i);
    }
  }

  private static void subtractHalves(float[] p, int[] halves, float[] e, int n, float inverse) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector sent = IntVector.fromArray(INTS, halves, i).reinterpretAsFloats();
      FloatVector.fromArray(FLOATS, p, i).sub(sent.mul(HALF_UNBIAS).mul(inverse)).intoArray(e, i);
    }
  }

  private static void packHalves(int[] halves, int[] words, int half) {
    for (int i = 0; i < half; i += LANES) {
      IntVector low = IntVector.fromArray(INTS, halves, i);
      IntVector high = IntVector.fromArray(INTS, halves, i + half);
      low.and(SIGN)
          .lanewise(LSHR, 16)
          .or(low.and(MAGNITUDE).lanewise(LSHR, 13))
          .or(high.and(SIGN))
          .or(high.and(MAGNITUDE).lanewise(LSHL, 3))
          .intoArray(words, i);
    }
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
    if (n % (4 * LANES) != 0) {
      return super.finite(tile, n);
    }
    int part = n / 4;
    for (int i = 0; i < part; i += LANES) {
      IntVector a = FloatVector.fromArray(FLOATS, tile, i).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(FLOATS, tile, i + part).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(FLOATS, tile, i + 2 * part).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(FLOATS, tile, i + 3 * part).reinterpretAsInts();
      IntVector ab = a.and(MAGNITUDE).max(b.and(MAGNITUDE));
      IntVector cd = c.and(MAGNITUDE).max(d.and(MAGNITUDE));
      ab.max(cd).intoArray(codes, i);
    }
    return finite(codes, part);
  }

  @Override
  void int8(float[] p, float[] e, int[] words, int n, float unit, long key) {
    int quarter = n / 4;
    if (quarter % LANES != 0) {
      super.int8(p, e, words, n, unit, key);
      return;
    }
    TileRandom.fill15(random, n, key);
    roundAtRandom(p, e, n, unit);
    pack(codes, words, quarter);
  }

  private void roundAtRandom(float[] p, float[] e, int n, float unit) {
    float scale = FIXED_ONE / unit;
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, p, i);
      IntVector fixed = value.mul(scale).add(WHOLE).reinterpretAsInts().sub(WHOLE_BITS);
      IntVector q = fixed.add(IntVector.fromArray(INTS, random, i)).lanewise(ASHR, 15);
      q.intoArray(codes, i);
      value.sub(q.add(WHOLE_BITS).reinterpretAsFloats().sub(WHOLE).mul(unit)).intoArray(e, i);
    }
  }

  private static void pack(int[] codes, int[] words, int quarter) {
    for (int i = 0; i < quarter; i += LANES) {
      IntVector.fromArray(INTS, codes, i)
          .and(0xff)
          .or(IntVector.fromArray(INTS, codes, i + quarter).and(0xff).lanewise(LSHL, 8))
          .or(IntVector.fromArray(INTS, codes, i + 2 * quarter).and(0xff).lanewise(LSHL, 16))
          .or(IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 24))
          .intoArray(words, i);
    }
  }

  @Override
  int quantize(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
    int planes = 32 / width;
    if (n % LANES != 0 || n % planes != 0) {
      return super.quantize(x, words, n, unit, width, levels, key);
    }
    TileRandom.fill15(random, n, key);
    clamp(x, n, levels * unit * BELOW_ONE);
    roundTo(x, n, unit, (1 << width) - 1);
    fold(codes, n, width, Integer.numberOfTrailingZeros(planes));
    System.arraycopy(codes, 0, words, 0, n / planes);
    return n / planes;
  }

  /** Leaves the multiples in {@link #codes}, and they times the unit in x. */
  private void roundTo(float[] x, int n, float unit, int mask) {
    float scale = FIXED_ONE / unit;
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, i);
      IntVector fixed = value.mul(scale).add(WHOLE).reinterpretAsInts().sub(WHOLE_BITS);
      IntVector q = fixed.add(IntVector.fromArray(INTS, random, i)).lanewise(ASHR, 15);
      q.and(mask).intoArray(codes, i);
      q.add(WHOLE_BITS).reinterpretAsFloats().sub(WHOLE).mul(unit).intoArray(x, i);
    }
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
    if (n != SIZE) {
      return super.sumOfMagnitudes(p, n);
    }
    int quarter = SIZE / 4;
    for (int i = 0; i < quarter; i += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, p, i).abs().mul(0x1p-10f);
      FloatVector b = FloatVector.fromArray(FLOATS, p, i + quarter).abs().mul(0x1p-10f);
      FloatVector c = FloatVector.fromArray(FLOATS, p, i + 2 * quarter).abs().mul(0x1p-10f);
      FloatVector d = FloatVector.fromArray(FLOATS, p, i + 3 * quarter).abs().mul(0x1p-10f);
      a.add(c).add(b.add(d)).intoArray(sums, i);
    }
    for (int half = quarter / 2; half >= 16; half /= 2) {
      foldSum(sums, half, half);
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
    int part = n / 4;
    for (int i = 0; i < part; i += LANES) {
      IntVector a = FloatVector.fromArray(FLOATS, p, i).reinterpretAsInts().and(MAGNITUDE);
      IntVector b = FloatVector.fromArray(FLOATS, p, i + part).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(FLOATS, p, i + 2 * part).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(FLOATS, p, i + 3 * part).reinterpretAsInts();
      IntVector ab =
          a.add(MAGNITUDE)
              .lanewise(LSHR, 31)
              .add(b.and(MAGNITUDE).add(MAGNITUDE).lanewise(LSHR, 31));
      IntVector cd =
          c.and(MAGNITUDE)
              .add(MAGNITUDE)
              .lanewise(LSHR, 31)
              .add(d.and(MAGNITUDE).add(MAGNITUDE).lanewise(LSHR, 31));
      ab.add(cd).intoArray(codes, i);
    }
    return sum(codes, part);
  }

  /** The first three levels at once. */
  @Override
  void fold(int[] codes, int n, int width, int levels) {
    int part = n / 8;
    if (levels < 3 || n % (8 * LANES) != 0) {
      super.fold(codes, n, width, levels);
      return;
    }
    for (int i = 0; i < part; i += LANES) {
      IntVector a = IntVector.fromArray(INTS, codes, i + 4 * part).lanewise(LSHL, width);
      IntVector b = IntVector.fromArray(INTS, codes, i + 2 * part).lanewise(LSHL, 2 * width);
      IntVector c = IntVector.fromArray(INTS, codes, i + 6 * part).lanewise(LSHL, 3 * width);
      IntVector d = IntVector.fromArray(INTS, codes, i + part).lanewise(LSHL, 4 * width);
      IntVector e = IntVector.fromArray(INTS, codes, i + 5 * part).lanewise(LSHL, 5 * width);
      IntVector f = IntVector.fromArray(INTS, codes, i + 3 * part).lanewise(LSHL, 6 * width);
      IntVector g = IntVector.fromArray(INTS, codes, i + 7 * part).lanewise(LSHL, 7 * width);
      IntVector four = IntVector.fromArray(INTS, codes, i).or(a).or(b.or(c));
      four.or(d.or(e).or(f.or(g))).intoArray(codes, i);
    }
    foldFrom(3, codes, n, width, levels);
  }

  @Override
  void onebit(
      float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
    if (n % LANES != 0) {
      super.onebit(p, e, signs, nonZeros, n, scale, zeros);
      return;
    }
    signed(p, e, n, Float.floatToRawIntBits(scale));
    fold(codes, n, 1, 5);
    System.arraycopy(codes, 0, signs, 0, n / 32);
    if (zeros) {
      for (int i = 0; i < n; i++) {
        codes[i] = p[i] == 0 ? 0 : 1;
      }
      fold(codes, n, 1, 5);
      System.arraycopy(codes, 0, nonZeros, 0, n / 32);
    }
  }

  private void signed(float[] p, float[] e, int n, int scale) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, p, i);
      IntVector bits = value.reinterpretAsInts();
      IntVector nonZero = bits.and(MAGNITUDE).add(MAGNITUDE).lanewise(ASHR, 31);
      IntVector sent = bits.and(SIGN).or(scale).and(nonZero);
      value.sub(sent.reinterpretAsFloats()).intoArray(e, i);
      bits.lanewise(LSHR, 31).intoArray(codes, i);
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
    int tauBits = Float.floatToRawIntBits(tau);
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, p, i);
      IntVector bits = value.reinterpretAsInts();
      IntVector below = bits.and(MAGNITUDE).sub(tauBits).lanewise(ASHR, 31);
      IntVector sent = bits.and(SIGN).or(tauBits).and(below.not());
      value.sub(sent.reinterpretAsFloats()).intoArray(e, i);
      sent.lanewise(LSHR, 30).and(2).or(below.add(1)).intoArray(codes, i);
    }
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
    int least = Float.floatToRawIntBits(threshold);
    for (int i = 0; i < n; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, v, i).reinterpretAsInts();
      bits.and(MAGNITUDE).sub(least).lanewise(ASHR, 31).add(1).intoArray(codes, i);
    }
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
