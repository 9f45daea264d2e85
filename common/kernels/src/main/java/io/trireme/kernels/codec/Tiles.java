package io.trireme.kernels.codec;

import static io.trireme.kernels.codec.BitLoops.codes;
import static io.trireme.kernels.codec.BitLoops.codesToFloats;
import static io.trireme.kernels.codec.BitLoops.countNonZeros;
import static io.trireme.kernels.codec.BitLoops.foldFrom;
import static io.trireme.kernels.codec.BitLoops.hits;
import static io.trireme.kernels.codec.BitLoops.nonZeroBits;
import static io.trireme.kernels.codec.BitLoops.selectBits;
import static io.trireme.kernels.codec.BitLoops.sent;
import static io.trireme.kernels.codec.BitLoops.signBits;
import static io.trireme.kernels.codec.BitLoops.signed;
import static io.trireme.kernels.codec.BitLoops.toSigned;
import static io.trireme.kernels.codec.BitLoops.unfold;
import static io.trireme.kernels.codec.RoundingLoops.mask;
import static io.trireme.kernels.codec.RoundingLoops.multiply;
import static io.trireme.kernels.codec.RoundingLoops.pack2;
import static io.trireme.kernels.codec.RoundingLoops.pack4;
import static io.trireme.kernels.codec.RoundingLoops.packHalves;
import static io.trireme.kernels.codec.RoundingLoops.roundAtRandom;
import static io.trireme.kernels.codec.RoundingLoops.roundToBf16;
import static io.trireme.kernels.codec.RoundingLoops.roundToHalf;
import static io.trireme.kernels.codec.RoundingLoops.scaleToFixed;
import static io.trireme.kernels.codec.RoundingLoops.signExtend;
import static io.trireme.kernels.codec.RoundingLoops.subtractMultiples;
import static io.trireme.kernels.codec.RoundingLoops.toBiased;
import static io.trireme.kernels.codec.RoundingLoops.toFixedBits;
import static io.trireme.kernels.codec.RoundingLoops.unpack2;
import static io.trireme.kernels.codec.RoundingLoops.unpack4;

import java.util.Arrays;

/**
 * What encoders and decoders do to a tile of floats, as loops that the compiler turns into vector
 * code: over arrays, element by element, in arithmetic of 32 bits, without branches. Bits of floats
 * are moved between arrays of floats and of integers by copies, which stay in the first-level
 * cache; narrow values are packed from planes, that is, from positions a fixed stride apart. For
 * one thread.
 */
class Tiles {

  /** Floats in a tile. */
  static final int SIZE = 1024;

  /** Floats in a row of a tile, where it is seen as a square. */
  static final int ROW = 32;

  private static final int MAX_PLANES = 32;

  /** So little below one that what it multiplies rounds to no more than itself at random. */
  static final float BELOW_ONE = 1 - 0x1p-12f;

  private static final float[] SIGNS = signs();

  static final int MAGNITUDE = 0x7fffffff;
  static final int SIGN = 0x80000000;

  static final int GREATEST = Float.floatToRawIntBits(Float.MAX_VALUE);

  /** Added to a magnitude, it sets the uppermost bit if the exponent is all ones. */
  static final int ONE_EXPONENT = 0x00800000;

  /** The greatest magnitude of a bf16 float. */
  static final int BF16_MAX = 0x7f7f0000;

  /** The bits of 32752, biased. */
  static final int HALF_MAX = Float.floatToRawIntBits(32752 * 0x1p-112f);

  /** Less is not sent by codecs with a scale: its inverse would be too great a float. */
  static final float MIN_SCALE = 0x1p-100f;

  /** Added to a float below 2^22, it leaves a whole number in the lowest bits. */
  static final float WHOLE = 0x1.8p23f;

  static final int WHOLE_BITS = Float.floatToRawIntBits(WHOLE);

  /** One, with 15 bits after the point. */
  static final float FIXED_ONE = 0x1p15f;

  static final float HALF_BIAS = 0x1p-112f;
  static final float HALF_UNBIAS = 0x1p112f;

  /** The fastest that this process can run; all give the same bits. */
  static Tiles create() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorTiles()
        : new Tiles();
  }

  private final int[] bits = new int[SIZE];
  private final int[] work = new int[SIZE];
  private final float[] floats = new float[SIZE];
  private final float[] squares = new float[SIZE];

  /** The number of floats, rounded up to a multiple of {@code planes}. */
  static int padded(int count, int planes) {
    return (count + planes - 1) / planes * planes;
  }

  /** Zeroes after the last float, so that kernels may work on whole planes. */
  static void pad(float[] tile, int count) {
    if (count < SIZE) {
      Arrays.fill(tile, count, Math.min(SIZE, count + MAX_PLANES), 0f);
    }
  }

  /** {@code a += b}, at most the greatest float; both finite. */
  void addSaturated(float[] a, float[] b, int n) {
    addSaturated(a, b, 0, n);
  }

  static void addSaturated(float[] a, float[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      a[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, a[i] + b[i]));
    }
  }

  /** Whether all of n floats are neither NaN nor infinite. */
  boolean finite(float[] tile, int n) {
    Memory.bits(tile, work, n);
    return finite(work, n);
  }

  static boolean finite(int[] bits, int n) {
    int any = 0;
    for (int i = 0; i < n; i++) {
      any |= (bits[i] & MAGNITUDE) + ONE_EXPONENT;
    }
    return any >= 0;
  }

  static boolean finite(float[] tile, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(tile[i])) {
        return false;
      }
    }
    return true;
  }

  /** Moves what is beyond {@code limit} in magnitude from p to {@code rest}. */
  static void limit(float[] p, float[] rest, int n, float limit) {
    for (int i = 0; i < n; i++) {
      float limited = Math.max(-limit, Math.min(limit, p[i]));
      rest[i] = p[i] - limited;
      p[i] = limited;
    }
  }

  /** {@code a += b}. */
  static void add(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] += b[i];
    }
  }

  private static void subtract(float[] a, float[] b, float[] difference, int n) {
    for (int i = 0; i < n; i++) {
      difference[i] = a[i] - b[i];
    }
  }

  /** Forgets the squares that were added up. */
  void clearSquares() {
    Arrays.fill(squares, 0f);
  }

  /** Adds the squares of a tile. */
  void addSquares(float[] tile, int n) {
    addSquares(tile, squares, n);
  }

  private static void addSquares(float[] tile, float[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += tile[i] * tile[i];
    }
  }

  /** The sum of the squares that were added. */
  double sumOfSquares() {
    double sum = 0;
    for (float each : squares) {
      sum += each;
    }
    return sum;
  }

  /**
   * Rounds to bf16.
   *
   * @param p n floats, n even
   * @param e becomes p less what is sent
   * @param words becomes n/2 words: position i below, position i + n/2 above
   */
  void bf16(float[] p, float[] e, int[] words, int n) {
    Memory.bits(p, bits, n);
    roundToBf16(bits, n);
    pack2(bits, words, n / 2);
    Memory.floats(bits, floats, n);
    subtract(p, floats, e, n);
  }

  /** The reverse of {@link #bf16}. */
  void fromBf16(int[] words, float[] tile, int n) {
    unpack2(words, bits, n / 2);
    Memory.floats(bits, tile, n);
  }

  /** The greatest magnitude of n floats, n at least 1. */
  float max(float[] tile, int n) {
    Memory.bits(tile, work, n);
    int length = n;
    magnitudes(work, length);
    while (length > 16) {
      int half = (length + 1) / 2;
      foldMax(work, half, length - half);
      length = half;
    }
    int max = 0;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, work[i]);
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

  /**
   * The power of two by which floats up to {@code max} are multiplied to fill the range of half
   * precision.
   */
  static float halfScale(float max) {
    return Math.scalb(1f, Math.min(126, 14 - Math.getExponent(max)));
  }

  /**
   * Rounds to half precision.
   *
   * @param p n floats, n even
   * @param e becomes p less what is sent
   * @param words becomes n/2 words: position i below, position i + n/2 above
   * @param scale what {@link #halfScale} says of the greatest of them
   */
  void fp16(float[] p, float[] e, int[] words, int n, float scale) {
    scaleTwice(p, floats, n, scale, HALF_BIAS);
    Memory.bits(floats, bits, n);
    roundToHalf(bits, work, n);
    packHalves(work, words, n / 2);
    Memory.floats(bits, floats, n);
    scaleTwice(floats, floats, n, HALF_UNBIAS, 1 / scale);
    subtract(p, floats, e, n);
  }

  private static void scaleTwice(float[] from, float[] to, int n, float first, float second) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i] * first * second;
    }
  }

  /** The reverse of {@link #fp16}. */
  void fromFp16(int[] words, float[] tile, int n, float scale) {
    unpack2(words, bits, n / 2);
    toBiased(bits, n);
    Memory.floats(bits, tile, n);
    scaleTwice(tile, tile, n, HALF_UNBIAS, 1 / scale);
  }

  /**
   * Rounds to whole multiples of a unit at random, up or down with the probability that makes the
   * mean right.
   *
   * @param p n floats, n a multiple of 4
   * @param e becomes p less what is sent
   * @param words becomes n/4 words of 4 signed bytes: positions i, i + n/4, i + n/2, i + 3n/4
   * @param unit the unit, not less than {@link #byteUnit} of the greatest magnitude
   * @param key what the random bits follow from
   */
  void int8(float[] p, float[] e, int[] words, int n, float unit, long key) {
    scaleToFixed(p, floats, n, FIXED_ONE / unit);
    Memory.bits(floats, bits, n);
    TileRandom.fill15(work, n, key);
    roundAtRandom(bits, work, n);
    pack4(bits, words, n / 4);
    toFixedBits(bits, n);
    Memory.floats(bits, floats, n);
    subtractMultiples(p, floats, e, n, unit);
  }

  /** The reverse of {@link #int8}. */
  void fromInt8(int[] words, float[] tile, int n, float unit) {
    unpack4(words, bits, n / 4);
    Memory.floats(bits, tile, n);
    multiply(tile, n, unit);
  }

  /**
   * The unit in which floats up to {@code max} are at most 127: of 16 significant bits, so that its
   * multiples are exact; 0 if they are too small to be sent.
   */
  static float byteUnit(float max) {
    if (max < MIN_SCALE) {
      return 0;
    }
    return Float.intBitsToFloat((Float.floatToRawIntBits(max / 127) + 0x1ff) & ~0xff);
  }

  /** The sum of magnitudes, in the order of a fixed tree, divided by 1024. */
  float sumOfMagnitudes(float[] p, int n) {
    scaledMagnitudes(p, floats, n);
    int length = n;
    while (length > 16) {
      int half = (length + 1) / 2;
      foldSum(floats, half, length - half);
      length = half;
    }
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += floats[i];
    }
    return sum;
  }

  private static void scaledMagnitudes(float[] p, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = Math.abs(p[i]) * 0x1p-10f;
    }
  }

  static void foldSum(float[] sums, int from, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += sums[i + from];
    }
  }

  /** The number of floats that are not zero. */
  int nonZeros(float[] p, int n) {
    Memory.bits(p, work, n);
    return countNonZeros(work, n);
  }

  static int sum(int[] counts, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += counts[i];
    }
    return sum;
  }

  /**
   * Sends the sign of each float that is not zero, times a scale.
   *
   * @param p n floats, n a multiple of 32
   * @param e becomes p less what is sent
   * @param signs becomes n/32 words of signs, bit b of word i that of position {@link #bitIndex}
   * @param nonZeros becomes n/32 words likewise: whether the float is not zero
   * @param zeros whether that is wanted
   */
  void onebit(
      float[] p, float[] e, int[] signs, int[] nonZeros, int n, float scale, boolean zeros) {
    Memory.bits(p, bits, n);
    signed(bits, work, n, Float.floatToRawIntBits(scale));
    Memory.floats(work, floats, n);
    subtract(p, floats, e, n);
    signBits(bits, work, n);
    fold(work, n, 1, 5);
    System.arraycopy(work, 0, signs, 0, n / 32);
    if (zeros) {
      nonZeroBits(bits, n);
      fold(bits, n, 1, 5);
      System.arraycopy(bits, 0, nonZeros, 0, n / 32);
    }
  }

  /** Packs codes of {@code width} bits from 2^levels planes into the first n/2^levels words. */
  void fold(int[] codes, int n, int width, int levels) {
    foldFrom(0, codes, n, width, levels);
  }

  /** The position in a tile of n floats of bit {@code bit} of word {@code word}. */
  static int bitIndex(int word, int bit, int n) {
    return word + (n >> 5) * (Integer.reverse(bit) >>> 27);
  }

  /** The reverse of {@link #onebit}. */
  void fromOnebit(int[] signs, int[] nonZeros, float[] tile, int n, float scale) {
    System.arraycopy(signs, 0, bits, 0, n / 32);
    System.arraycopy(nonZeros, 0, work, 0, n / 32);
    unfold(bits, n, 1, 5);
    unfold(work, n, 1, 5);
    toSigned(bits, work, n, Float.floatToRawIntBits(scale));
    Memory.floats(bits, tile, n);
  }

  /**
   * Sends {@code tau}, with the sign, of each float that is not below it in magnitude.
   *
   * @param p n floats, n a multiple of 16
   * @param e becomes p less what is sent
   * @param words becomes n/16 words of 2-bit codes: 0 nothing, 1 plus, 3 minus; code c of word i is
   *     that of position {@link #codeIndex}
   * @param first where the words start in {@code words}
   * @return how many are sent
   */
  int threshold(float[] p, float[] e, int[] words, int first, int n, float tau) {
    Memory.bits(p, bits, n);
    sent(bits, work, n, Float.floatToRawIntBits(tau));
    Memory.floats(work, floats, n);
    subtract(p, floats, e, n);
    codes(work, n);
    fold(work, n, 2, 4);
    System.arraycopy(work, 0, words, first, n / 16);
    return hits(work, n / 16);
  }

  /** The position in a tile of n floats of 2-bit code {@code code} of word {@code word}. */
  static int codeIndex(int word, int code, int n) {
    return word + (n >> 4) * (Integer.reverse(code) >>> 28);
  }

  /** The floats of 2-bit codes. */
  void fromCodes(int[] words, float[] tile, int n, float tau) {
    System.arraycopy(words, 0, bits, 0, n / 16);
    unfold(bits, n, 2, 4);
    codesToFloats(bits, n, Float.floatToRawIntBits(tau));
    Memory.floats(bits, tile, n);
  }

  /**
   * Which floats are not below {@code threshold} in magnitude: n/32 words, as {@link #bitIndex}.
   */
  void select(float[] v, int[] selected, int n, float threshold) {
    Memory.bits(v, work, n);
    selectBits(work, n, Float.floatToRawIntBits(threshold));
    fold(work, n, 1, 5);
    System.arraycopy(work, 0, selected, 0, n / 32);
  }

  /** {@code u = momentum u + scale g}, and {@code v += u}, at most the greatest float. */
  void accumulate(float[] g, float[] u, float[] v, int n, float momentum, float scale) {
    for (int i = 0; i < n; i++) {
      float sum = momentum * u[i] + scale * g[i];
      u[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, sum));
    }
    addSaturated(v, u, n);
  }

  /**
   * A rotation in which every float becomes a sum of all, with signs, after a fixed random change
   * of signs; in place, orthonormal up to rounding.
   *
   * @param n a power of two, at most {@link #SIZE}
   */
  final void rotate(float[] x, int n) {
    multiply(x, SIGNS, n);
    hadamard(x, n, 1);
  }

  /** The reverse of {@link #rotate}. */
  final void rotateBack(float[] x, int n) {
    hadamard(x, n, ROW - 1);
    multiply(x, SIGNS, n);
  }

  /**
   * A tile of full size is 32 rows. Adding up rows (a Hadamard transformation of each column),
   * shifting row r by r places, and adding up rows once more brings every float of the tile into
   * every result once, and takes no steps across a register.
   */
  private void hadamard(float[] x, int n, int shift) {
    if (n < SIZE) {
      butterflies(x, 1, n);
      scaled(x, x, n, (float) (1 / Math.sqrt(n)));
      return;
    }
    butterflies(x, ROW, n);
    shiftRows(x, shift);
    butterflies(x, ROW, n);
    scaled(x, x, n, 1f / ROW);
  }

  /** Rotates row r to the right by r times a number of places. */
  void shiftRows(float[] x, int places) {
    for (int row = 0; row < ROW; row++) {
      int shift = row * places % ROW;
      System.arraycopy(x, ROW * row, floats, 0, ROW);
      System.arraycopy(floats, 0, x, ROW * row + shift, ROW - shift);
      System.arraycopy(floats, ROW - shift, x, ROW * row, shift);
    }
  }

  /** Sums and differences of floats {@code from}, then twice as far, and so on, apart. */
  void butterflies(float[] x, int from, int n) {
    for (int apart = from; apart < n; apart *= 2) {
      for (int at = 0; at < n; at += 2 * apart) {
        for (int i = at; i < at + apart; i++) {
          float a = x[i];
          float b = x[i + apart];
          x[i] = a + b;
          x[i + apart] = a - b;
        }
      }
    }
  }

  private static void scaled(float[] from, float[] to, int n, float factor) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i] * factor;
    }
  }

  private static float[] signs() {
    int[] random = new int[SIZE];
    TileRandom.fill(random, SIZE, 0x746863);
    float[] signs = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      signs[i] = random[i] < 0 ? -1f : 1f;
    }
    return signs;
  }

  /**
   * Rounds to whole multiples of a unit at random, at most {@code levels} of them.
   *
   * @param x n floats, n a power of two; become the multiples times the unit
   * @param words become codes of {@code width} bits, in planes
   * @param levels less than 2^(width - 1)
   * @return the number of words
   */
  int quantize(float[] x, int[] words, int n, float unit, int width, int levels, long key) {
    clamp(x, n, levels * unit * BELOW_ONE);
    scaleToFixed(x, floats, n, FIXED_ONE / unit);
    Memory.bits(floats, bits, n);
    TileRandom.fill15(work, n, key);
    roundAtRandom(bits, work, n);
    System.arraycopy(bits, 0, work, 0, n);
    toFixedBits(work, n);
    Memory.floats(work, x, n);
    multiply(x, n, unit);
    int planes = 32 / width;
    int padded = padded(n, planes);
    Arrays.fill(bits, n, padded, 0);
    mask(bits, padded, (1 << width) - 1);
    fold(bits, padded, width, Integer.numberOfTrailingZeros(planes));
    System.arraycopy(bits, 0, words, 0, padded / planes);
    return padded / planes;
  }

  /** Brings floats into the range from -limit to limit. */
  static void clamp(float[] x, int n, float limit) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(-limit, Math.min(limit, x[i]));
    }
  }

  /** The whole numbers of {@link #quantize} as floats, for n padded to whole planes. */
  void fromCodes(int[] words, float[] tile, int n, int width) {
    int planes = 32 / width;
    System.arraycopy(words, 0, bits, 0, n / planes);
    unfold(bits, n, width, Integer.numberOfTrailingZeros(planes));
    signExtend(bits, n, 32 - width);
    Memory.floats(bits, tile, n);
    multiply(tile, n, 1);
  }

  /** {@code x *= factor}. */
  static void scale(float[] x, int n, float factor) {
    scaled(x, x, n, factor);
  }

  /** The dot product with floats of b from {@code from} on, in the order of a fixed tree. */
  float dot(float[] a, float[] b, int from, int n) {
    products(a, b, from, floats, n);
    int length = n;
    while (length > 16) {
      int half = (length + 1) / 2;
      foldSum(floats, half, length - half);
      length = half;
    }
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += floats[i];
    }
    return sum;
  }

  private static void products(float[] a, float[] b, int from, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = a[i] * b[from + i];
    }
  }

  /** {@code to[at + i] += factor x[i]}. */
  static void addMultiple(float[] x, float factor, float[] to, int at, int n) {
    for (int i = 0; i < n; i++) {
      to[at + i] += factor * x[i];
    }
  }

  /** {@code to[i] += factor x[from + i]}. */
  static void addMultipleOf(float[] x, int from, float factor, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] += factor * x[from + i];
    }
  }

  /** {@code e = p - s}. */
  static void subtractTo(float[] p, float[] s, float[] e, int n) {
    subtract(p, s, e, n);
  }
}
