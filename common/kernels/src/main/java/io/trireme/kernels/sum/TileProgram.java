package io.trireme.kernels.sum;

import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SumProgram} for a machine that takes several additions in one pass over its tiles, where
 * the tree allows: the same additions of the same values, hence the same bits.
 *
 * @param steps a stream's index to load its tile, or what to make of the topmost tiles
 * @param depth most tiles at a time
 */
record TileProgram(int[] steps, int depth) {

  /** a, b: a + b. */
  static final int ADD = -1;

  /** a, b, c: a + (b + c). */
  static final int ADD_PAIR = -2;

  /** a, b, c, d: (a + b) + (c + d). */
  static final int QUAD = -3;

  /** a, b, c, d, e: a + ((b + c) + (d + e)). */
  static final int ADD_QUAD = -4;

  /** A value of the sum: a stream, or the sum of two values. */
  private record Value(int stream, @Nullable Value left, @Nullable Value right) {

    /** How many streams it adds if they stand in a full tree of one, two or four; else 0. */
    int full() {
      if (left == null || right == null) {
        return 1;
      }
      int each = left.full();
      return each == right.full() && each <= 2 ? 2 * each : 0;
    }
  }

  static TileProgram of(SumProgram program) {
    Deque<Value> values = new ArrayDeque<>();
    for (int op : program.ops()) {
      if (op == SumProgram.ADD) {
        Value right = values.pop();
        values.push(new Value(-1, values.pop(), right));
      } else {
        values.push(new Value(op, null, null));
      }
    }
    IntArrayList steps = new IntArrayList();
    int depth = values.isEmpty() ? 0 : emit(values.pop(), steps);
    return new TileProgram(steps.toIntArray(), depth);
  }

  /** Appends the steps that make the value; returns how many tiles they take. */
  private static int emit(Value value, IntArrayList steps) {
    Value left = value.left();
    Value right = value.right();
    if (left == null || right == null) {
      steps.addInt(value.stream());
      return 1;
    }
    if (value.full() == 4) {
      load(value, steps);
      steps.addInt(QUAD);
      return 4;
    }
    int depth = emit(left, steps);
    int full = right.full();
    if (full == 0) {
      depth = Math.max(depth, 1 + emit(right, steps));
    } else {
      load(right, steps);
      depth = Math.max(depth, 1 + full);
    }
    steps.addInt(full == 4 ? ADD_QUAD : full == 2 ? ADD_PAIR : ADD);
    return depth;
  }

  private static void load(Value value, IntArrayList steps) {
    Value left = value.left();
    Value right = value.right();
    if (left == null || right == null) {
      steps.addInt(value.stream());
    } else {
      load(left, steps);
      load(right, steps);
    }
  }
}
