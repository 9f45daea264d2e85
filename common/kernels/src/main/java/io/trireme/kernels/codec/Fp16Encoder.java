package io.trireme.kernels.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trireme.kernels.codec.tile.Fp16Kernel;
import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.MutableDirectBuffer;

/**
 * Rounds to half precision; a tile is its scale, a power of two, and the halves. What is sent plus
 * the new residual equals p exactly.
 */
final class Fp16Encoder extends TileEncoder {

  private final Fp16Kernel kernel = Fp16Kernel.create();

  Fp16Encoder(BlockShape shape) {
    super(shape, Tiles.SIZE, 4 + 2 * Tiles.SIZE);
  }

  @Override
  int encodeTile(int n, long key, MutableDirectBuffer out, int at) {
    int even = Tiles.padded(n, 2);
    float scale = Fp16Kernel.scale(arithmetic.max(p, n));
    kernel.encode(p, e, words, even, scale);
    out.putFloat(at, scale, LITTLE_ENDIAN);
    Memory.store(words, out, at + 4, even / 2);
    sent += n;
    return at + 4 + 2 * even;
  }
}
