package io.trireme.server.kernel;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Adds streams of floats along a tree, tile by tile, so that every stream is read from memory once
 * and the result written once, however many streams there are: the intermediate sums stay in the
 * first-level cache. For one thread.
 */
public final class BlockSum {

  /** Floats in a tile: 8 KiB, so that a few levels of tiles fit a first-level cache of 32 KiB. */
  private static final int TILE = 2048;

  private static final long FLOATS = UnsafeApi.arrayBaseOffset(float[].class);

  private float[][] stack = new float[0][];
  private int[] ops = new int[0];
  private SumProgram loaded = new SumProgram(java.util.List.of(), 0, 0);

  /**
   * {@code target[i] = sum of streams[k][i]} in the program's order, as 32-bit IEEE additions.
   *
   * @param program the order
   * @param streams off-heap streams, each from its start, in native byte order
   * @param target where the sum goes, off heap
   * @param targetOffset first byte of the sum in the target
   * @param length number of floats
   */
  public void sum(
      SumProgram program,
      DirectBuffer[] streams,
      MutableDirectBuffer target,
      int targetOffset,
      int length) {
    load(program);
    int bytes = length * Float.BYTES;
    target.boundsCheck(targetOffset, bytes);
    for (int k = 0; k < program.streams(); k++) {
      streams[k].boundsCheck(0, bytes);
    }
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      float[] sum = tile(streams, (long) from * Float.BYTES, count);
      UnsafeApi.copyMemory(
          sum,
          FLOATS,
          target.byteArray(),
          target.addressOffset() + targetOffset + (long) from * Float.BYTES,
          (long) count * Float.BYTES);
    }
  }

  private float[] tile(DirectBuffer[] streams, long fromBytes, int count) {
    int height = 0;
    for (int op : ops) {
      if (op == SumProgram.ADD) {
        height--;
        add(stack[height - 1], stack[height], count);
      } else {
        DirectBuffer stream = streams[op];
        UnsafeApi.copyMemory(
            stream.byteArray(),
            stream.addressOffset() + fromBytes,
            stack[height],
            FLOATS,
            (long) count * Float.BYTES);
        height++;
      }
    }
    return stack[0];
  }

  private static void add(float[] left, float[] right, int count) {
    for (int i = 0; i < count; i++) {
      left[i] += right[i];
    }
  }

  private void load(SumProgram program) {
    if (program == loaded) {
      return;
    }
    ops = program.ops().stream().mapToInt(Integer::intValue).toArray();
    if (stack.length < program.depth()) {
      stack = new float[program.depth()][TILE];
    }
    loaded = program;
  }
}
