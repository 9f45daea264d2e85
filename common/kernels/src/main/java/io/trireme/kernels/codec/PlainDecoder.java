package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The floats as they are. */
final class PlainDecoder implements BlockDecoder {

  private final int length;
  private final float[] tile = new float[Tiles.SIZE];
  private final float[] other = new float[Tiles.SIZE];

  PlainDecoder(int length) {
    this.length = length;
  }

  @Override
  public boolean decode(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer out, int outOffsetBytes) {
    in.boundsCheck(offset, lengthBytes);
    out.boundsCheck(outOffsetBytes, length * Float.BYTES);
    if (lengthBytes != length * Float.BYTES) {
      return false;
    }
    Memory.copy(in, offset, out, outOffsetBytes, lengthBytes);
    return true;
  }

  @Override
  public boolean decodeAndAdd(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer sum, int offsetBytes) {
    in.boundsCheck(offset, lengthBytes);
    sum.boundsCheck(offsetBytes, length * Float.BYTES);
    if (lengthBytes != length * Float.BYTES) {
      return false;
    }
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, length - from);
      Memory.load(sum, offsetBytes + 4 * from, tile, 0, n);
      Memory.load(in, offset + 4 * from, other, 0, n);
      Tiles.add(tile, other, n);
      Memory.store(tile, 0, sum, offsetBytes + 4 * from, n);
    }
    return true;
  }
}
