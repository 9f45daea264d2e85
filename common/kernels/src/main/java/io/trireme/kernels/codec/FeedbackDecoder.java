package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What decoders have in common: the plain floats, and the order of checking and writing. */
abstract class FeedbackDecoder implements BlockDecoder {

  final int length;
  final Runs plain;
  final Runs coded;
  final float[] tile = new float[Tiles.SIZE];
  final float[] sums = new float[Tiles.SIZE];
  final int[] words = new int[Tiles.SIZE];

  FeedbackDecoder(BlockShape shape) {
    length = shape.length();
    plain = new Runs(shape.plain());
    coded = new Runs(shape.coded());
  }

  /** Whether these bytes can be decoded without reading or writing anywhere else. */
  abstract boolean valid(DirectBuffer in, int at, int lengthBytes);

  /**
   * Decodes valid bytes.
   *
   * @param add whether to add to the floats in {@code out} instead of replacing them
   */
  abstract void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add);

  @Override
  public final boolean decode(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer out, int outOffsetBytes) {
    if (!accepts(in, offset, lengthBytes, out, outOffsetBytes)) {
      return false;
    }
    plain.scatter(in, offset, out, outOffsetBytes);
    int plainBytes = 4 * plain.length();
    decodeCoded(in, offset + plainBytes, lengthBytes - plainBytes, out, outOffsetBytes, false);
    return true;
  }

  @Override
  public final boolean decodeAndAdd(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer sum, int offsetBytes) {
    if (!accepts(in, offset, lengthBytes, sum, offsetBytes)) {
      return false;
    }
    for (int from = 0; from < plain.length(); from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, plain.length() - from);
      Memory.load(in, offset + 4 * from, tile, 0, n);
      addTile(plain, from, n, sum, offsetBytes);
    }
    int plainBytes = 4 * plain.length();
    decodeCoded(in, offset + plainBytes, lengthBytes - plainBytes, sum, offsetBytes, true);
    return true;
  }

  private boolean accepts(DirectBuffer in, int offset, int lengthBytes, DirectBuffer out, int at) {
    in.boundsCheck(offset, lengthBytes);
    out.boundsCheck(at, 4 * length);
    int plainBytes = 4 * plain.length();
    return lengthBytes >= plainBytes && valid(in, offset + plainBytes, lengthBytes - plainBytes);
  }

  /** Adds n floats of {@link #tile} to some of the block. */
  final void addTile(Runs runs, int from, int n, MutableDirectBuffer sum, int offset) {
    runs.load(sum, offset, from, sums, n);
    Tiles.add(sums, tile, n);
    runs.store(sums, sum, offset, from, n);
  }
}
