package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Int8Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.MutableDirectBuffer;

/**
 * Rounds each bucket to whole multiples of a unit at random; a bucket is its unit and the
 * multiples, or a unit of 0. The mean of what is sent is p, within 2^-16 units.
 *
 * <p>What is sent plus the new residual equals p exactly where |p| is not below the unit, or
 * nothing is sent; elsewhere the residual is that difference rounded to a float, within 2^-25
 * units.
 */
final class Int8Encoder extends TileEncoder {

  /** What is beyond stays behind, as its multiple of the unit might be infinite. */
  private static final float HUGE = 0x1p126f;

  private final Int8Kernel kernel = Int8Kernel.create();
  private final float[] rest = new float[Tiles.SIZE];

  Int8Encoder(BlockShape shape, int bucket) {
    super(shape, bucket, 4 + bucket);
  }

  @Override
  int encodeTile(int n, long key, MutableDirectBuffer out, int at) {
    float max = arithmetic.max(p, n);
    boolean huge = max > HUGE;
    if (huge) {
      Tiles.limit(p, rest, n, HUGE);
    }
    float unit = Int8Kernel.unit(Math.min(max, HUGE));
    out.putFloat(at, unit, LITTLE_ENDIAN);
    if (unit == 0) {
      System.arraycopy(p, 0, e, 0, n);
      return at + 4;
    }
    int padded = Tiles.padded(n, 4);
    kernel.encode(p, e, words, padded, unit, key);
    if (huge) {
      Tiles.add(e, rest, n);
    }
    Memory.store(words, out, at + 4, padded / 4);
    sent += n;
    return at + 4 + padded;
  }
}
