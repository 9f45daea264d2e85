package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.OnebitKernel;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.MutableDirectBuffer;

/**
 * Sends signs. A tile is its scale and a bit for each float; if the scale is negative, its
 * magnitude counts, and as many bits follow that say which floats are not zero; if it is 0, nothing
 * follows.
 *
 * <p>The scale is the mean of the magnitudes of floats that are not zero, rounded down to 8
 * significant bits. What is sent plus the new residual equals p exactly where |p| is not below the
 * scale nor above 2^16 times it; elsewhere the residual is that difference rounded to a float.
 */
final class OnebitEncoder extends TileEncoder {

  private final OnebitKernel kernel = OnebitKernel.create();
  private final int[] nonZeros = new int[Tiles.SIZE / 32];

  OnebitEncoder(BlockShape shape) {
    super(shape, Tiles.SIZE, 4 + 2 * Tiles.SIZE / 8);
  }

  @Override
  int encodeTile(int n, long key, MutableDirectBuffer out, int at) {
    int count = kernel.nonZeros(p, n);
    float scale = count == 0 ? 0 : scale(kernel.sumOfMagnitudes(p, n) / count);
    if (scale == 0) {
      System.arraycopy(p, 0, e, 0, n);
      out.putFloat(at, 0, LITTLE_ENDIAN);
      return at + 4;
    }
    int padded = Tiles.padded(n, 32);
    int wordCount = padded / 32;
    kernel.encode(p, e, words, nonZeros, padded, scale, count < n);
    sent += count;
    out.putFloat(at, count == n ? scale : -scale, LITTLE_ENDIAN);
    Memory.store(words, out, at + 4, wordCount);
    if (count == n) {
      return at + 4 + 4 * wordCount;
    }
    Memory.store(nonZeros, out, at + 4 + 4 * wordCount, wordCount);
    return at + 4 + 8 * wordCount;
  }

  private static float scale(float mean) {
    return mean < Tiles.MIN_SCALE
        ? 0
        : Float.intBitsToFloat(
            Float.floatToRawIntBits(Math.min(Float.MAX_VALUE, mean * 1024)) & 0xffff0000);
  }
}
