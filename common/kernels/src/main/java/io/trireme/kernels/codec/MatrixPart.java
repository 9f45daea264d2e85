package io.trireme.kernels.codec;

/**
 * The part of a matrix that lies in a block, as lines of equal length laid one after the other; the
 * last line may be cut short by the block's end.
 *
 * @param range the floats of the part
 * @param columns floats in a line
 */
public record MatrixPart(FloatRange range, int columns) {

  public MatrixPart {
    if (columns <= 0) {
      throw new IllegalArgumentException("matrix with lines of " + columns + " floats");
    }
  }

  /** Number of lines, the last one perhaps short. */
  public int rows() {
    return (range.length() + columns - 1) / columns;
  }
}
