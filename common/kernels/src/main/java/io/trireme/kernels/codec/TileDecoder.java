package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Decodes what a {@link TileEncoder} has written. */
abstract class TileDecoder extends FeedbackDecoder {

  private final int size;

  /** With tiles of {@code size} floats, at most {@link Tiles#SIZE}. */
  TileDecoder(BlockShape shape, int size) {
    super(shape);
    this.size = size;
  }

  /**
   * The length of the encoding of n floats.
   *
   * @param available bytes that there are
   * @return bytes, or a negative number if this is none; more than are available is refused later
   */
  abstract int tileBytes(DirectBuffer in, int at, int available, int n);

  /** Decodes n floats into {@link #tile}. */
  abstract void decodeTile(DirectBuffer in, int at, int n);

  @Override
  final boolean valid(DirectBuffer in, int at, int lengthBytes) {
    int available = lengthBytes;
    for (int from = 0; from < coded.length(); from += size) {
      int n = Math.min(size, coded.length() - from);
      int bytes = tileBytes(in, at + lengthBytes - available, available, n);
      if (bytes < 0 || bytes > available) {
        return false;
      }
      available -= bytes;
    }
    return available == 0;
  }

  @Override
  final void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add) {
    for (int from = 0; from < coded.length(); from += size) {
      int n = Math.min(size, coded.length() - from);
      int bytes = tileBytes(in, at, Integer.MAX_VALUE, n);
      decodeTile(in, at, n);
      at += bytes;
      if (add) {
        addTile(coded, from, n, out, offset);
      } else {
        coded.store(tile, out, offset, from, n);
      }
    }
  }

  /** Whether a scale is one that an encoder may have written. */
  static boolean isScale(float scale) {
    return scale > 0 && scale <= Float.MAX_VALUE;
  }
}
