package io.trireme.worker.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.server.protocol.GroupUpdater;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gradient descent in plain Java: {@code p -= 0.25 * scale * sum / examples}, with one step of
 * state that remembers.
 */
final class PlainUpdater implements GroupUpdater {

  private final BlockPlan plan;
  private final BlockGroup group;
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private boolean averaged;

  PlainUpdater(BlockPlan plan, BlockGroup group, float[] initial) {
    this.plan = plan;
    this.group = group;
    int bytes = Math.toIntExact(group.length() * Float.BYTES);
    parameters = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(bytes));
    gradient = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(bytes));
    for (int i = 0; i < group.length(); i++) {
      parameters.putFloat(i * Float.BYTES, initial[(int) group.offset() + i]);
    }
  }

  @Override
  public MutableDirectBuffer parameters() {
    return parameters;
  }

  @Override
  public MutableDirectBuffer gradient() {
    return gradient;
  }

  @Override
  public void average(int examples, int filledSlots) {
    if (averaged) {
      throw new IllegalStateException("averaged twice");
    }
    averaged = true;
    for (int i = 0; i < group.length(); i++) {
      gradient.putFloat(i * Float.BYTES, gradient.getFloat(i * Float.BYTES) / examples);
    }
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    Block block = plan.blocks().get(blockIndex);
    int from = (int) (block.offset() - group.offset());
    double sum = 0;
    for (int i = from; i < from + block.length(); i++) {
      double g = gradient.getFloat(i * Float.BYTES);
      sum += g * g;
    }
    return sum;
  }

  @Override
  public void update(long step, int epoch, double scale) {
    if (!averaged) {
      throw new IllegalStateException("updated before averaged");
    }
    averaged = false;
    for (int i = 0; i < group.length(); i++) {
      int at = i * Float.BYTES;
      parameters.putFloat(
          at, parameters.getFloat(at) - 0.25f * (float) scale * gradient.getFloat(at));
    }
  }

  @Override
  public void close() {}
}
