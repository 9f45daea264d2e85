package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.QuantizeKernel;
import io.trireme.kernels.codec.tile.RotationKernel;
import io.trireme.kernels.codec.tile.TileRandom;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Rotates tiles of 1024 floats (and what remains in tiles of smaller powers of two), and rounds to
 * whole multiples of the unit at random. An encoding is the unit, the unit that this encoder would
 * like next, and the multiples, in planes; if the unit is 0, there are none.
 *
 * <p>The mean of what is sent is the rotated p, within 2^-16 units, where that is in range; the
 * residual is p less what a decoder makes of this encoding alone, rounded to a float.
 */
final class ThcEncoder extends FeedbackEncoder {

  /** Bytes before the multiples. */
  static final int HEADER = 8;

  /** Of what is beyond in magnitude, this is sent, as sums might be infinite. */
  private static final float GREATEST = 0x1p100f;

  private final QuantizeKernel quantizer = QuantizeKernel.create();
  private final RotationKernel rotation = RotationKernel.create();
  private final int bits;
  private final int levels;

  /** Greatest multiple over standard deviations that keep their size. */
  private final double unitsPerDeviation;

  private float shared = Float.NaN;
  private boolean huge;

  ThcEncoder(BlockShape shape, int bits) {
    super(shape, HEADER + codedBytes(codedFloats(shape), bits));
    this.bits = bits;
    levels = (1 << (bits - 1)) - 1;
    unitsPerDeviation = levels / range(bits);
  }

  /** How many standard deviations are in range, near the least error of a uniform quantiser. */
  private static double range(int bits) {
    return bits == 2 ? 1.3 : bits == 4 ? 2.8 : 4.2;
  }

  /** Floats of the tile that begins where this many are left. */
  static int tile(int left) {
    return Math.min(Tiles.SIZE, Integer.highestOneBit(left));
  }

  /** Bytes of the multiples of n floats. */
  static int codedBytes(int n, int bits) {
    int bytes = n / Tiles.SIZE * (Tiles.SIZE * bits / 8);
    for (int left = n % Tiles.SIZE; left > 0; left -= tile(left)) {
      bytes += Tiles.padded(tile(left), 32 / bits) * bits / 8;
    }
    return bytes;
  }

  @Override
  public void sharedScale(float scale) {
    if (!(scale >= 0) || scale > Float.MAX_VALUE) {
      throw new IllegalArgumentException(
          "shared scale " + scale + ": expected 0 or a positive finite number");
    }
    shared = scale;
  }

  @Override
  int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at) {
    float wanted = wanted(floats, offset);
    float unit = Float.isNaN(shared) ? wanted : shared;
    out.putFloat(at, unit, LITTLE_ENDIAN);
    out.putFloat(at + 4, wanted, LITTLE_ENDIAN);
    at += HEADER;
    long key = TileRandom.key(step, seed);
    int n;
    for (int from = 0; from < coded.length(); from += n) {
      n = tile(coded.length() - from);
      loadTile(floats, offset, from, n);
      System.arraycopy(p, 0, e, 0, n);
      if (unit != 0) {
        if (huge) {
          Tiles.clamp(e, n, GREATEST);
        }
        rotation.rotate(e, n);
        int count = quantizer.encode(e, words, n, unit, bits, levels, key + from);
        Memory.store(words, out, at, count);
        at += 4 * count;
        rotation.rotateBack(e, n);
        Tiles.subtract(p, e, e, n);
        if (huge) {
          Tiles.clamp(e, n, Float.MAX_VALUE);
        }
        sent += n;
      }
      storeResidual(from, n);
    }
    return at;
  }

  private float wanted(DirectBuffer floats, int offset) {
    for (int from = 0; from < coded.length(); from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, coded.length() - from);
      loadTile(floats, offset, from, n);
      addSquares(p, n);
    }
    huge = Double.isInfinite(sumOfSquares());
    double deviation = Math.sqrt(sumOfSquares() / Math.max(1, coded.length()));
    clearSquares();
    double wanted = deviation / unitsPerDeviation;
    return wanted < Tiles.MIN_SCALE ? 0 : (float) Math.min(GREATEST, wanted);
  }
}
