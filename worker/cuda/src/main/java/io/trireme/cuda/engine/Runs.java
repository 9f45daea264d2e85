package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;
import io.trireme.cuda.spec.CodedBlock.Range;
import java.util.List;

/**
 * Ranges of a block as one vector, in the card's memory: where each starts in the block, then where
 * in the vector.
 *
 * @param table address of the starts
 * @param count ranges
 * @param floats in all of them
 */
record Runs(long table, int count, int floats) {

  static Runs of(Buffers memory, List<Range> ranges) {
    int[] position = {0};
    long table =
        memory.device(
            8L * Math.max(1, ranges.size()),
            to -> {
              ranges.forEach(range -> to.putInt(range.from()));
              for (Range range : ranges) {
                to.putInt(position[0]);
                position[0] += range.to() - range.from();
              }
            });
    return new Runs(table, ranges.size(), position[0]);
  }

  /** As fields of the argument in progress. */
  void put(Arguments to) {
    to.field(table).field(table + 4L * count).field(count);
  }
}
