package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Int8Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** The reverse of {@link Int8Encoder}. */
final class Int8Decoder extends TileDecoder {

  private final Int8Kernel kernel = Int8Kernel.create();

  Int8Decoder(BlockShape shape, int bucket) {
    super(shape, bucket);
  }

  @Override
  int tileBytes(DirectBuffer in, int at, int available, int n) {
    if (available < 4) {
      return -1;
    }
    float unit = in.getFloat(at, LITTLE_ENDIAN);
    if (unit == 0) {
      return 4;
    }
    return isScale(unit) ? 4 + Tiles.padded(n, 4) : -1;
  }

  @Override
  void decodeTile(DirectBuffer in, int at, int n) {
    float unit = in.getFloat(at, LITTLE_ENDIAN);
    if (unit == 0) {
      Arrays.fill(tile, 0, n, 0f);
      return;
    }
    int padded = Tiles.padded(n, 4);
    Memory.load(in, at + 4, words, padded / 4);
    kernel.decode(words, tile, padded, unit);
  }
}
