package io.trireme.worker.local;

import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Turns start and end of a round into what the servers add up. */
final class DeltaKernel {
  private final Layout layout;

  DeltaKernel(Layout layout) {
    this.layout = layout;
  }

  /**
   * Writes start minus end, times a factor, over the start. The difference of two floats and its
   * product with a whole number below 2^24 are rounded once each.
   *
   * @param start the parameters before, float32 in native order; receives the result
   * @param end the parameters after
   * @param weights factor of weights
   * @param statistics factor of statistics
   */
  void apply(MutableDirectBuffer start, DirectBuffer end, double weights, double statistics) {
    for (Segment segment : layout.segments()) {
      float factor = (float) (segment.kind() == SegmentKind.WEIGHT ? weights : statistics);
      int last = Math.toIntExact(segment.end() * Float.BYTES);
      for (int at = Math.toIntExact(segment.offset() * Float.BYTES); at < last; at += Float.BYTES) {
        start.putFloat(at, (start.getFloat(at) - end.getFloat(at)) * factor);
      }
    }
  }
}
