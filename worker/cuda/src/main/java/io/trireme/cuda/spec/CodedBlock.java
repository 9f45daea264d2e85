package io.trireme.cuda.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The floats that are encoded together, and which of them travel as they are.
 *
 * @param length number of floats, at least 1
 * @param plain ranges that travel as they are, ascending, without overlap
 */
public record CodedBlock(int length, List<Range> plain) {

  /**
   * Some floats of a block.
   *
   * @param from the first
   * @param to the one after the last
   */
  public record Range(int from, int to) {}

  public CodedBlock {
    plain = List.copyOf(plain);
    if (length < 1) {
      throw new IllegalArgumentException("block of " + length + " floats, expected 1 or more");
    }
    int end = 0;
    for (Range range : plain) {
      if (range.from() < end || range.to() <= range.from() || range.to() > length) {
        throw new IllegalArgumentException(
            range + " is empty, out of order or outside of a block of " + length + " floats");
      }
      end = range.to();
    }
  }

  /** A block all of whose floats are encoded. */
  public static CodedBlock of(int length) {
    return new CodedBlock(length, List.of());
  }

  /** The ranges that are not plain, ascending. */
  public List<Range> coded() {
    List<Range> coded = new ArrayList<>();
    int end = 0;
    for (Range range : plain) {
      if (range.from() > end) {
        coded.add(new Range(end, range.from()));
      }
      end = range.to();
    }
    if (length > end) {
      coded.add(new Range(end, length));
    }
    return List.copyOf(coded);
  }

  /** Number of floats in ranges. */
  public static int floats(List<Range> ranges) {
    return ranges.stream().mapToInt(range -> range.to() - range.from()).sum();
  }
}
