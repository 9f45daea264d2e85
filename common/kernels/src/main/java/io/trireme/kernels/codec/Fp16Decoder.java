package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Fp16Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;

/** The reverse of {@link Fp16Encoder}. */
final class Fp16Decoder extends TileDecoder {

  private final Fp16Kernel kernel = Fp16Kernel.create();

  Fp16Decoder(BlockShape shape) {
    super(shape, Tiles.SIZE);
  }

  @Override
  int tileBytes(DirectBuffer in, int at, int available, int n) {
    if (available < 4) {
      return -1;
    }
    float scale = in.getFloat(at, LITTLE_ENDIAN);
    boolean powerOfTwo =
        scale >= Float.MIN_NORMAL && scale == Math.scalb(1f, Math.getExponent(scale));
    return powerOfTwo && scale <= 0x1p126f ? 4 + 2 * Tiles.padded(n, 2) : -1;
  }

  @Override
  void decodeTile(DirectBuffer in, int at, int n) {
    int even = Tiles.padded(n, 2);
    float scale = in.getFloat(at, LITTLE_ENDIAN);
    Memory.load(in, at + 4, words, even / 2);
    kernel.decode(words, tile, even, scale);
  }
}
