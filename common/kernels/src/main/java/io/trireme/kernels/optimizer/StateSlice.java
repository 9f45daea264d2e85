package io.trireme.kernels.optimizer;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.kernels.optimizer.Ranges.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * What one buffer of {@link GroupOptimizer#state} holds: for each float of a range of the vector
 * {@code arrays} floats, array after array, such as all first moments and then all second ones.
 *
 * @param offset first float of the range in the flat vector
 * @param length number of floats in the range
 * @param arrays how many floats of state each has
 */
public record StateSlice(long offset, int length, int arrays) {

  /** The first float after the range. */
  public long end() {
    return offset + length;
  }

  /** Length of the buffer. */
  public int lengthBytes() {
    return length * arrays * Float.BYTES;
  }

  /** The buffers of a group, in the order of {@link GroupOptimizer#state}. */
  public static List<StateSlice> of(Layout layout, BlockGroup group) {
    List<StateSlice> slices = new ArrayList<>();
    for (Range<String> range :
        Ranges.of(layout.segments(), group.offset(), group.end(), Segment::updater)) {
      int length = range.to() - range.from();
      long floats = UpdaterJson.updater(range.key()).stateSize(length);
      if (floats > 0) {
        slices.add(
            new StateSlice(
                group.offset() + range.from(), length, Math.toIntExact(floats / length)));
      }
    }
    return List.copyOf(slices);
  }
}
