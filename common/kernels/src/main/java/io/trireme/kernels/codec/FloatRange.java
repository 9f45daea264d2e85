package io.trireme.kernels.codec;

/**
 * Consecutive floats of a block.
 *
 * @param from first float, counted from the block's start
 * @param to first float after the range
 */
public record FloatRange(int from, int to) {

  public FloatRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(
          "range of floats " + from + " to " + to + ": expected 0 <= from < to");
    }
  }

  /** Number of floats. */
  public int length() {
    return to - from;
  }
}
