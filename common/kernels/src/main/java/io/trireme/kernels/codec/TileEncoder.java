package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.TileRandom;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** An encoder that encodes each tile for itself. */
abstract class TileEncoder extends FeedbackEncoder {

  private final int tile;

  /**
   * With tiles of {@code tile} floats, at most {@link Tiles#SIZE}, in at most {@code tileBytes}
   * each.
   */
  TileEncoder(BlockShape shape, int tile, int tileBytes) {
    super(shape, tileBytes * ((codedFloats(shape) + tile - 1) / tile));
    this.tile = tile;
  }

  /**
   * Encodes n floats of {@link #p}, with zeros after them, and leaves what is not sent in {@link
   * #e}.
   *
   * @param key random bits that differ from tile to tile
   * @return the position in {@code out} after the encoding
   */
  abstract int encodeTile(int n, long key, MutableDirectBuffer out, int at);

  @Override
  final int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at) {
    long key = TileRandom.key(step, seed);
    for (int from = 0; from < coded.length(); from += tile) {
      int n = Math.min(tile, coded.length() - from);
      loadTile(floats, offset, from, n);
      at = encodeTile(n, key + from, out, at);
      storeResidual(from, n);
    }
    return at;
  }
}
