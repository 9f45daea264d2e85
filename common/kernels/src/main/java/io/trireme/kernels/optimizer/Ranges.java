package io.trireme.kernels.optimizer;

import io.trireme.common.layout.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Contiguous ranges of a group's floats that share something; segments that share it and touch
 * become one range, since every operation on a range costs the same few microseconds.
 */
final class Ranges {
  private Ranges() {}

  /**
   * A range, relative to the group's first float.
   *
   * @param from first float
   * @param to first float after the range
   * @param key what its floats share
   */
  record Range<K>(int from, int to, K key) {}

  /**
   * The ranges of the floats {@code start} to {@code end} of the flat vector, in ascending order.
   */
  static <K> List<Range<K>> of(
      List<Segment> segments, long start, long end, Function<Segment, K> key) {
    List<Range<K>> ranges = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.end() <= start || segment.offset() >= end) {
        continue;
      }
      int from = (int) (Math.max(start, segment.offset()) - start);
      int to = (int) (Math.min(end, segment.end()) - start);
      K ours = key.apply(segment);
      int last = ranges.size() - 1;
      if (last >= 0 && ranges.get(last).to() == from && ranges.get(last).key().equals(ours)) {
        ranges.set(last, new Range<>(ranges.get(last).from(), to, ours));
      } else {
        ranges.add(new Range<>(from, to, ours));
      }
    }
    return ranges;
  }
}
