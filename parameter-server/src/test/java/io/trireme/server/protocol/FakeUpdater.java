package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Notes what it is asked to do. Averaging halves the gradient; the parameters become the gradient
 * as it is, and the state gathers the sum of all gradients, scaled.
 */
final class FakeUpdater implements GroupUpdater {

  /** The sum of squares that it tells of every block; NaN for the true one. */
  double square = Double.NaN;

  final BlockGroup group;
  final List<String> calls = new ArrayList<>();
  final UnsafeBuffer parameters;
  final UnsafeBuffer gradient;
  final UnsafeBuffer memory;
  final int floats;
  boolean closed;
  private final int blockLength;

  /** An updater of blocks of equal length, all zeros. */
  FakeUpdater(BlockGroup group) {
    this.group = group;
    floats = Math.toIntExact(group.length());
    blockLength = floats / group.blocks();
    parameters = TreeSums.offHeap(floats * Float.BYTES);
    gradient = TreeSums.offHeap(floats * Float.BYTES);
    memory = TreeSums.offHeap(floats * Float.BYTES);
  }

  /** One that shows what was never written. */
  static FakeUpdater blank(BlockGroup group) {
    FakeUpdater made = new FakeUpdater(group);
    for (int i = 0; i < made.floats; i++) {
      made.parameters.putFloat(i * Float.BYTES, Float.NaN);
      made.memory.putFloat(i * Float.BYTES, Float.NaN);
    }
    return made;
  }

  @Override
  public UnsafeBuffer parameters() {
    return parameters;
  }

  @Override
  public UnsafeBuffer gradient() {
    return gradient;
  }

  @Override
  public List<MutableDirectBuffer> state() {
    return List.of(memory);
  }

  @Override
  public void average(int examples, int filledSlots) {
    calls.add("average " + examples + " " + filledSlots);
    for (int i = 0; i < floats; i++) {
      gradient.putFloat(i * Float.BYTES, gradient.getFloat(i * Float.BYTES) / 2);
    }
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    calls.add("square " + blockIndex);
    if (!Double.isNaN(square)) {
      return square;
    }
    int from = (blockIndex - group.firstBlock()) * blockLength;
    return squares(TreeSums.floats(gradient, from * Float.BYTES, blockLength));
  }

  static double squares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  @Override
  public void update(long step, int epoch, double scale) {
    calls.add("update " + step + " " + epoch + " " + scale);
    for (int at = 0; at < gradient.capacity(); at += Float.BYTES) {
      memory.putFloat(at, memory.getFloat(at) + (float) scale * gradient.getFloat(at));
    }
    parameters.putBytes(0, gradient, 0, gradient.capacity());
  }

  @Override
  public void close() {
    closed = true;
  }
}
