package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Some ranges of a block as one vector without gaps: position i of the vector is the i-th float of
 * the ranges.
 */
final class Runs {

  private final int[] starts;
  private final int[] positions;
  private int last;

  Runs(List<FloatRange> ranges) {
    starts = new int[ranges.size()];
    positions = new int[ranges.size() + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = ranges.get(i).from();
      positions[i + 1] = positions[i] + ranges.get(i).length();
    }
  }

  /** Number of floats in all ranges. */
  int length() {
    return positions[starts.length];
  }

  /** Copies floats of the vector into a tile. */
  void load(DirectBuffer block, int offset, int position, float[] tile, int count) {
    for (int done = 0; done < count; ) {
      int run = find(position + done);
      int n = Math.min(count - done, positions[run + 1] - position - done);
      Memory.load(block, offset + 4 * index(run, position + done), tile, done, n);
      done += n;
    }
  }

  /** Copies a tile into the vector. */
  void store(float[] tile, MutableDirectBuffer block, int offset, int position, int count) {
    for (int done = 0; done < count; ) {
      int run = find(position + done);
      int n = Math.min(count - done, positions[run + 1] - position - done);
      Memory.store(tile, done, block, offset + 4 * index(run, position + done), n);
      done += n;
    }
  }

  /** Zeroes floats of the vector. */
  void zero(MutableDirectBuffer block, int offset, int position, int count) {
    for (int done = 0; done < count; ) {
      int run = find(position + done);
      int n = Math.min(count - done, positions[run + 1] - position - done);
      block.setMemory(offset + 4 * index(run, position + done), 4 * n, (byte) 0);
      done += n;
    }
  }

  /** Copies all ranges, one after the other; returns the number of bytes. */
  int gather(DirectBuffer block, int offset, MutableDirectBuffer out, int outOffset) {
    for (int run = 0; run < starts.length; run++) {
      Memory.copy(
          block,
          offset + 4 * starts[run],
          out,
          outOffset + 4 * positions[run],
          4 * (positions[run + 1] - positions[run]));
    }
    return 4 * length();
  }

  /** The reverse of {@link #gather}. */
  void scatter(DirectBuffer in, int inOffset, MutableDirectBuffer block, int offset) {
    for (int run = 0; run < starts.length; run++) {
      Memory.copy(
          in,
          inOffset + 4 * positions[run],
          block,
          offset + 4 * starts[run],
          4 * (positions[run + 1] - positions[run]));
    }
  }

  /** The index in the block of a position in the vector. */
  int index(int position) {
    return index(find(position), position);
  }

  private int index(int run, int position) {
    return starts[run] + position - positions[run];
  }

  private int find(int position) {
    int run = last;
    while (position < positions[run]) {
      run--;
    }
    while (position >= positions[run + 1]) {
      run++;
    }
    last = run;
    return run;
  }
}
