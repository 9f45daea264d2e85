package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Bf16Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.MutableDirectBuffer;

/** Rounds to bf16. What is sent plus the new residual equals p exactly. */
final class Bf16Encoder extends TileEncoder {

  private final Bf16Kernel kernel = Bf16Kernel.create();

  Bf16Encoder(BlockShape shape) {
    super(shape, Tiles.SIZE, 2 * Tiles.SIZE);
  }

  @Override
  int encodeTile(int n, long key, MutableDirectBuffer out, int at) {
    int even = Tiles.padded(n, 2);
    kernel.encode(p, e, words, even);
    Memory.store(words, out, at, even / 2);
    sent += n;
    return at + 2 * even;
  }
}
