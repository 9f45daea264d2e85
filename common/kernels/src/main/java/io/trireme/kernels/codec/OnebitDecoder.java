package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.OnebitKernel;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** The reverse of {@link OnebitEncoder}. */
final class OnebitDecoder extends TileDecoder {

  private final OnebitKernel kernel = OnebitKernel.create();
  private final int[] nonZeros = new int[Tiles.SIZE / 32];

  OnebitDecoder(BlockShape shape) {
    super(shape, Tiles.SIZE);
  }

  @Override
  int tileBytes(DirectBuffer in, int at, int available, int n) {
    if (available < 4) {
      return -1;
    }
    float scale = in.getFloat(at, LITTLE_ENDIAN);
    int bitmapBytes = Tiles.padded(n, 32) / 8;
    if (isScale(scale)) {
      return 4 + bitmapBytes;
    }
    if (isScale(-scale)) {
      return 4 + 2 * bitmapBytes;
    }
    return scale == 0 ? 4 : -1;
  }

  @Override
  void decodeTile(DirectBuffer in, int at, int n) {
    float scale = in.getFloat(at, LITTLE_ENDIAN);
    if (scale == 0) {
      Arrays.fill(tile, 0, n, 0f);
      return;
    }
    int padded = Tiles.padded(n, 32);
    int wordCount = padded / 32;
    Memory.load(in, at + 4, words, wordCount);
    if (scale > 0) {
      Arrays.fill(nonZeros, -1);
    } else {
      Memory.load(in, at + 4 + 4 * wordCount, nonZeros, wordCount);
    }
    kernel.decode(words, nonZeros, tile, padded, Math.abs(scale));
  }
}
