package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Bf16Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;

/** The reverse of {@link Bf16Encoder}. */
final class Bf16Decoder extends TileDecoder {

  private final Bf16Kernel kernel = Bf16Kernel.create();

  Bf16Decoder(BlockShape shape) {
    super(shape, Tiles.SIZE);
  }

  @Override
  int tileBytes(DirectBuffer in, int at, int available, int n) {
    return 2 * Tiles.padded(n, 2);
  }

  @Override
  void decodeTile(DirectBuffer in, int at, int n) {
    int even = Tiles.padded(n, 2);
    Memory.load(in, at, words, even / 2);
    kernel.decode(words, tile, even);
  }
}
