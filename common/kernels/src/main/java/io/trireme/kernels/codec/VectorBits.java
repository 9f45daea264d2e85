package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.Tiles.MAGNITUDE;
import static io.trireme.kernels.codec.Tiles.SIGN;
import static io.trireme.kernels.codec.Tiles.SIZE;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops of {@link VectorTiles} that count, compare and add up, and make bits of floats. */
final class VectorBits {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();

  private VectorBits() {}

  static int maxBits(float[] tile, int n) {
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

  /** Scaled magnitudes, added up four by four. */
  static int magnitudes(float[] p, float[] sums) {
    int quarter = SIZE / 4;
    for (int i = 0; i < quarter; i += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, p, i).abs().mul(0x1p-10f);
      FloatVector b = FloatVector.fromArray(FLOATS, p, i + quarter).abs().mul(0x1p-10f);
      FloatVector c = FloatVector.fromArray(FLOATS, p, i + 2 * quarter).abs().mul(0x1p-10f);
      FloatVector d = FloatVector.fromArray(FLOATS, p, i + 3 * quarter).abs().mul(0x1p-10f);
      a.add(c).add(b.add(d)).intoArray(sums, i);
    }
    return quarter;
  }

  static void fourSums(float[] sums, int quarter) {
    for (int i = 0; i < quarter; i += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, sums, i);
      FloatVector b = FloatVector.fromArray(FLOATS, sums, i + quarter);
      FloatVector c = FloatVector.fromArray(FLOATS, sums, i + 2 * quarter);
      FloatVector d = FloatVector.fromArray(FLOATS, sums, i + 3 * quarter);
      a.add(c).add(b.add(d)).intoArray(sums, i);
    }
  }

  static void foldTwice(int[] codes, int quarter, int width) {
    for (int i = 0; i < quarter; i += LANES) {
      IntVector b = IntVector.fromArray(INTS, codes, i + 2 * quarter).lanewise(LSHL, width);
      IntVector c = IntVector.fromArray(INTS, codes, i + quarter).lanewise(LSHL, 2 * width);
      IntVector d = IntVector.fromArray(INTS, codes, i + 3 * quarter).lanewise(LSHL, 3 * width);
      IntVector.fromArray(INTS, codes, i).or(b).or(c.or(d)).intoArray(codes, i);
    }
  }

  static int signed(float[] p, float[] e, int[] codes, int n, int scale) {
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

  static void nonZeroBits(float[] p, int[] codes, int n) {
    IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
    for (int i = 0; i < n; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, p, i).reinterpretAsInts();
      bits.and(magnitudes).add(magnitudes).lanewise(LSHR, 31).intoArray(codes, i);
    }
  }

  static void takeTau(float[] p, float[] e, int[] codes, int n, int tau) {
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

  static void notBelow(float[] v, int[] codes, int n, int least) {
    IntVector magnitudes = IntVector.broadcast(INTS, MAGNITUDE);
    IntVector below = IntVector.broadcast(INTS, least - 1);
    for (int i = 0; i < n; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, v, i).reinterpretAsInts();
      below.sub(bits.and(magnitudes)).lanewise(LSHR, 31).intoArray(codes, i);
    }
  }

  static int countNonZeros(float[] p, int n) {
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
}
