package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.Tiles.FIXED_ONE;
import static io.trireme.kernels.codec.Tiles.HALF_BIAS;
import static io.trireme.kernels.codec.Tiles.HALF_MAX;
import static io.trireme.kernels.codec.Tiles.HALF_UNBIAS;
import static io.trireme.kernels.codec.Tiles.MAGNITUDE;
import static io.trireme.kernels.codec.Tiles.SIGN;
import static io.trireme.kernels.codec.Tiles.WHOLE;
import static io.trireme.kernels.codec.Tiles.WHOLE_BITS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops of {@link VectorTiles} that round floats, and pack what comes of it. */
final class VectorRounding {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();

  private VectorRounding() {}

  static void toBiasedHalves(
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
  static void packHalves(int[] halves, int[] words, int half) {
    for (int i = 0; i < half; i += LANES) {
      IntVector.fromArray(INTS, halves, i)
          .lanewise(LSHR, 16)
          .or(IntVector.fromArray(INTS, halves, i + half))
          .intoArray(words, i);
    }
  }

  /** As {@link TileRandom#fill15}, for n a multiple of twice the lanes. */
  static int fill15(int[] random, int n, int start) {
    int half = n / 2;
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
    return n;
  }

  static int roundAtRandom(float[] p, float[] e, int[] codes, int n, float unit) {
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
    return n;
  }

  static void pack(int[] codes, int[] words, int quarter) {
    IntVector bytes = IntVector.broadcast(INTS, 0xff);
    for (int i = 0; i < quarter; i += LANES) {
      IntVector b = IntVector.fromArray(INTS, codes, i + quarter).and(bytes).lanewise(LSHL, 8);
      IntVector c = IntVector.fromArray(INTS, codes, i + 2 * quarter).and(bytes);
      IntVector d = IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 24);
      IntVector cd = c.lanewise(LSHL, 16).or(d);
      IntVector.fromArray(INTS, codes, i).and(bytes).or(b).or(cd).intoArray(words, i);
    }
  }

  /** Leaves the multiples in {@code codes}, and they times the unit in x. */
  static int roundTo(float[] x, int[] codes, int n, float unit, int mask) {
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
    return n;
  }
}
