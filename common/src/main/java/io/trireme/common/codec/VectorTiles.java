package io.trireme.common.codec;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

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

  /** Every row of a tile twice over. */
  private final float[] twice = new float[2 * SIZE];

  @Override
  float max(float[] tile, int n) {
    return n % (4 * LANES) == 0 ? Float.intBitsToFloat(maxBits(tile, n)) : super.max(tile, n);
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

  private static void toBiasedHalves(
      float[] p, float[] e, int[] halves, int n, float scale, float inverse) {
    IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
    IntVector signs = IntVector.broadcast(INTS, SIGN);
    IntVector ones = IntVector.broadcast(INTS, 1);
    IntVector belowHalf = IntVector.broadcast(INTS, 0xfff);
    IntVector halfBits = IntVector.broadcast(INTS, 0xffffe000);
    IntVector halfMaxima = IntVector.broadcast(INTS, HALF_MAX);
    FloatVector halfBiases = FloatVector.broadcast(FLOATS, HALF_BIAS);
    FloatVector halfUnbiases = FloatVector.broadcast(FLOATS, HALF_UNBIAS);
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

  /** Halves in the upper 16 bits. */
  private static void packHalves(int[] halves, int[] words, int half) {
    for (int i = 0; i < half; i += LANES) {
      IntVector.fromArray(INTS, halves, i)
          .lanewise(LSHR, 16)
          .or(IntVector.fromArray(INTS, halves, i + half))
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
    return n % (4 * LANES) == 0 ? maxBits(tile, n) <= GREATEST : super.finite(tile, n);
  }

  /** As {@link TileRandom#fill15}, for n a multiple of twice the lanes. */
  private static void fill15(int[] random, int n, long key) {
    int half = n / 2;
    int start = TileRandom.start(key);
    int[] counters = TileRandom.COUNTERS;
    IntVector low15 = IntVector.broadcast(INTS, 0x7fff);
    IntVector first = IntVector.broadcast(INTS, TileRandom.FIRST);
    IntVector second = IntVector.broadcast(INTS, TileRandom.SECOND);
    for (int i = 0; i < half; i += LANES) {
      IntVector z = IntVector.fromArray(INTS, counters, i).add(start);
      IntVector y = z.lanewise(LSHR, 16).lanewise(XOR, z).mul(first);
      IntVector x = y.lanewise(LSHR, 15).lanewise(XOR, y).mul(second);
      IntVector w = x.lanewise(LSHR, 16).lanewise(XOR, x);
      w.and(low15).intoArray(random, i);
      w.lanewise(LSHR, 17).intoArray(random, i + half);
    }
  }

  @Override
  void int8(float[] p, float[] e, int[] words, int n, float unit, long key) {
    int quarter = n / 4;
    if (quarter % LANES != 0) {
      super.int8(p, e, words, n, unit, key);
      return;
    }
    fill15(codes, n, key);
    roundAtRandom(p, e, codes, n, unit);
    pack(codes, words, quarter);
  }

  private static void roundAtRandom(float[] p, float[] e, int[] codes, int n, float unit) {
    float scale = FIXED_ONE / unit;
    IntVector wholeInts = IntVector.broadcast(INTS, WHOLE_BITS);
    FloatVector wholes = FloatVector.broadcast(FLOATS, WHOLE);
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, p, i);
      IntVector fixed = value.mul(scale).add(wholes).reinterpretAsInts().sub(wholeInts);
      IntVector q = IntVector.fromArray(INTS, codes, i).add(fixed).lanewise(ASHR, 15);
      q.intoArray(codes, i);
      value.sub(q.add(wholeInts).reinterpretAsFloats().sub(wholes).mul(unit)).intoArray(e, i);
    }
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
  int quantize(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
    int planes = 32 / width;
    if (n % (2 * LANES) != 0 || n % planes != 0) {
      return super.quantize(x, words, n, unit, width, levels, key);
    }
    fill15(codes, n, key);
    clamp(x, n, levels * unit * BELOW_ONE);
    roundTo(x, codes, n, unit, (1 << width) - 1);
    fold(codes, n, width, Integer.numberOfTrailingZeros(planes));
    System.arraycopy(codes, 0, words, 0, n / planes);
    return n / planes;
  }

  /** Leaves the multiples in {@code codes}, and they times the unit in x. */
  private static void roundTo(float[] x, int[] codes, int n, float unit, int mask) {
    float scale = FIXED_ONE / unit;
    IntVector wholeInts = IntVector.broadcast(INTS, WHOLE_BITS);
    FloatVector wholes = FloatVector.broadcast(FLOATS, WHOLE);
    for (int i = 0; i < n; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, i);
      IntVector fixed = value.mul(scale).add(wholes).reinterpretAsInts().sub(wholeInts);
      IntVector q = IntVector.fromArray(INTS, codes, i).add(fixed).lanewise(ASHR, 15);
      q.and(mask).intoArray(codes, i);
      q.add(wholeInts).reinterpretAsFloats().sub(wholes).mul(unit).intoArray(x, i);
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
    if (n != SIZE || LANES > 16) {
      return super.sumOfMagnitudes(p, n);
    }
    magnitudes(p, sums);
    for (int quarter = SIZE / 16; quarter >= 16; quarter /= 4) {
      fourSums(sums, quarter);
    }
    float sum = 0;
    for (int i = 0; i < 16; i++) {
      sum += sums[i];
    }
    return sum;
  }

  /** Scaled magnitudes, added up four by four. */
  private static void magnitudes(float[] p, float[] sums) {
    int quarter = SIZE / 4;
    for (int i = 0; i < quarter; i += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, p, i).abs().mul(0x1p-10f);
      FloatVector b = FloatVector.fromArray(FLOATS, p, i + quarter).abs().mul(0x1p-10f);
      FloatVector c = FloatVector.fromArray(FLOATS, p, i + 2 * quarter).abs().mul(0x1p-10f);
      FloatVector d = FloatVector.fromArray(FLOATS, p, i + 3 * quarter).abs().mul(0x1p-10f);
      a.add(c).add(b.add(d)).intoArray(sums, i);
    }
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
  int nonZeros(float[] p, int n) {
    if (n % (4 * LANES) != 0) {
      return super.nonZeros(p, n);
    }
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

  /** Two levels at once. */
  @Override
  void fold(int[] codes, int n, int width, int levels) {
    int level = 0;
    for (; level + 2 <= levels && (n >> level) % (4 * LANES) == 0; level += 2) {
      foldTwice(codes, n >> (level + 2), width << level);
    }
    foldFrom(level, codes, n, width, levels);
  }

  private static void foldTwice(int[] codes, int quarter, int width) {
    for (int i = 0; i < quarter; i += LANES) {
      IntVector b = IntVector.fromArray(INTS, codes, i + 2 * quarter).lanewise(LSHL, width);
      IntVector c = IntVector.fromArray(INTS, codes, i + quarter).lanewise(LSHL, 2 * width);
      IntVector d = IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 3 * width);
      IntVector.fromArray(INTS, codes, i).or(b).or(c.or(d)).intoArray(codes, i);
    }
  }

  @Override
  void onebit(
      float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
    if (n % LANES != 0) {
      super.onebit(p, e, signs, nonZeros, n, scale, zeros);
      return;
    }
    signed(p, e, codes, n, Float.floatToRawIntBits(scale));
    fold(codes, n, 1, 5);
    System.arraycopy(codes, 0, signs, 0, n / 32);
    if (zeros) {
      nonZeroBits(p, codes, n);
      fold(codes, n, 1, 5);
      System.arraycopy(codes, 0, nonZeros, 0, n / 32);
    }
  }

  private static void signed(float[] p, float[] e, int[] codes, int n, int scale) {
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
  }

  private static void nonZeroBits(float[] p, int[] codes, int n) {
    IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
    for (int i = 0; i < n; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, p, i).reinterpretAsInts();
      bits.and(magnitudes).add(magnitudes).lanewise(LSHR, 31).intoArray(codes, i);
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

  private static void notBelow(float[] v, int[] codes, int n, int least) {
    IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
    IntVector below = IntVector.broadcast(INTS, least - 1);
    for (int i = 0; i < n; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, v, i).reinterpretAsInts();
      below.sub(bits.and(magnitudes)).lanewise(LSHR, 31).intoArray(codes, i);
    }
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
