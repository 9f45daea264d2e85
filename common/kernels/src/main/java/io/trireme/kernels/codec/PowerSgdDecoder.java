package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The reverse of {@link PowerSgdEncoder}. */
final class PowerSgdDecoder extends FeedbackDecoder {

  private final BlockShape shape;
  private final int rank;
  private final int bytes;
  private final float[] left;
  private final float[] right;

  PowerSgdDecoder(BlockShape shape, int rank) {
    super(shape);
    this.shape = shape;
    this.rank = rank;
    left = new float[LowRank.maxLeft(shape, rank)];
    right = new float[LowRank.maxRight(shape, rank)];
    bytes = LowRank.bytes(shape, rank);
  }

  @Override
  boolean valid(DirectBuffer in, int at, int lengthBytes) {
    return lengthBytes == bytes;
  }

  @Override
  void decodeCoded(
      DirectBuffer in, int at, int lengthBytes, MutableDirectBuffer out, int offset, boolean add) {
    for (int index = 0; index < shape.matrices().size(); index++) {
      MatrixPart part = shape.matrices().get(index);
      int columns = LowRank.rank(part, rank);
      int leftFloats = columns * part.rows();
      int rightFloats = columns * part.columns();
      Memory.load(in, at, left, 0, leftFloats);
      Memory.load(in, at + 4 * leftFloats, right, 0, rightFloats);
      at += 4 * (leftFloats + rightFloats);
      decode(part, columns, out, offset, add);
    }
  }

  private void decode(
      MatrixPart part, int columns, MutableDirectBuffer out, int offset, boolean add) {
    for (int row = 0; row < part.rows(); row++) {
      int n;
      for (int column = 0; (n = PowerSgdEncoder.floatsAt(part, row, column)) > 0; column += n) {
        LowRank.product(part, columns, left, right, row, column, tile, n);
        int at = offset + 4 * (part.range().from() + row * part.columns() + column);
        if (add) {
          Memory.load(out, at, sums, 0, n);
          Tiles.add(sums, tile, n);
          Memory.store(sums, 0, out, at, n);
        } else {
          Memory.store(tile, 0, out, at, n);
        }
      }
    }
  }
}
