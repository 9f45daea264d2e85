package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Tiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which matrices of a block are factorised, and the sizes of their factors. */
final class LowRank {
  private LowRank() {}

  /** Columns of a matrix's factors. */
  static int rank(MatrixPart part, int rank) {
    return Math.min(rank, Math.min(part.rows(), part.columns()));
  }

  /** Floats of a matrix's factors. */
  static long factorFloats(MatrixPart part, int rank) {
    return (long) rank(part, rank) * ((long) part.rows() + part.columns());
  }

  /** The shape in which all is plain but the matrices whose factors are at most half as long. */
  static BlockShape shape(BlockShape shape, int rank) {
    List<MatrixPart> matrices =
        shape.matrices().stream()
            .filter(part -> 2 * factorFloats(part, rank) <= part.range().length())
            .toList();
    List<FloatRange> plain = new ArrayList<>();
    int at = 0;
    for (MatrixPart part : matrices) {
      if (part.range().from() > at) {
        plain.add(new FloatRange(at, part.range().from()));
      }
      at = part.range().to();
    }
    if (at < shape.length()) {
      plain.add(new FloatRange(at, shape.length()));
    }
    return new BlockShape(shape.length(), plain, matrices);
  }

  /** Bytes of all factors of a block. */
  static int bytes(BlockShape shape, int rank) {
    return (int) (4 * shape.matrices().stream().mapToLong(p -> factorFloats(p, rank)).sum());
  }

  /** The most floats of the left and of the right factor of a matrix of the block. */
  static int maxLeft(BlockShape shape, int rank) {
    return shape.matrices().stream().mapToInt(p -> rank(p, rank) * p.rows()).max().orElse(0);
  }

  static int maxRight(BlockShape shape, int rank) {
    return shape.matrices().stream().mapToInt(p -> rank(p, rank) * p.columns()).max().orElse(0);
  }

  /**
   * Floats of one line of the product of the factors.
   *
   * @param left column by column
   * @param right column by column
   * @param row the line
   * @param column the first float in it
   * @param product becomes n floats
   */
  static void product(
      MatrixPart part,
      int rank,
      float[] left,
      float[] right,
      int row,
      int column,
      float[] product,
      int n) {
    Arrays.fill(product, 0, n, 0f);
    for (int k = 0; k < rank; k++) {
      Tiles.addMultipleOf(
          right, k * part.columns() + column, left[k * part.rows() + row], product, n);
    }
  }
}
