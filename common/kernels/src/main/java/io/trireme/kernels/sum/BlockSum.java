package io.trireme.kernels.sum;

import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Adds streams of floats along a tree, tile by tile, so that every stream is read from memory once
 * and the result written once, however many streams there are: the intermediate sums stay in the
 * first-level cache. For one thread.
 *
 * <p>Tiles are copied onto the heap since Java 17 makes vector code of loops over arrays only, not
 * over memory off the heap.
 */
public final class BlockSum {

  /**
   * Floats in a tile. So few that additions overlap with the loads of the next tiles, and that all
   * streams are read side by side: with 2048, it is half as fast (see BlockSumBenchmark).
   */
  static final int TILE = 128;

  private static final long FLOATS = UnsafeApi.arrayBaseOffset(float[].class);

  private float[][] stack = new float[0][];
  private int[] steps = new int[0];
  private SumProgram loaded = new SumProgram(List.of(), 0, 0);

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
    float[][] tiles = stack;
    int top = 0;
    for (int step : steps) {
      switch (step) {
        case TileProgram.ADD -> add(tiles[top - 2], tiles[--top], count);
        case TileProgram.ADD_PAIR -> {
          top -= 2;
          addPair(tiles[top - 1], tiles[top], tiles[top + 1], count);
        }
        case TileProgram.QUAD -> {
          top -= 3;
          quad(tiles[top - 1], tiles[top], tiles[top + 1], tiles[top + 2], count);
        }
        case TileProgram.ADD_QUAD -> {
          top -= 4;
          addQuad(
              tiles[top - 1], tiles[top], tiles[top + 1], tiles[top + 2], tiles[top + 3], count);
        }
        default -> {
          DirectBuffer stream = streams[step];
          UnsafeApi.copyMemory(
              stream.byteArray(),
              stream.addressOffset() + fromBytes,
              tiles[top++],
              FLOATS,
              (long) count * Float.BYTES);
        }
      }
    }
    return tiles[0];
  }

  private static void add(float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      a[i] += b[i];
    }
  }

  private static void addPair(float[] a, float[] b, float[] c, int count) {
    for (int i = 0; i < count; i++) {
      a[i] += b[i] + c[i];
    }
  }

  private static void quad(float[] a, float[] b, float[] c, float[] d, int count) {
    for (int i = 0; i < count; i++) {
      a[i] = (a[i] + b[i]) + (c[i] + d[i]);
    }
  }

  private static void addQuad(float[] a, float[] b, float[] c, float[] d, float[] e, int count) {
    for (int i = 0; i < count; i++) {
      a[i] += (b[i] + c[i]) + (d[i] + e[i]);
    }
  }

  private void load(SumProgram program) {
    if (program == loaded) {
      return;
    }
    TileProgram tiles = TileProgram.of(program);
    steps = tiles.steps();
    if (stack.length < tiles.depth()) {
      stack = new float[tiles.depth()][TILE];
    }
    loaded = program;
  }
}
