package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.server.protocol.GroupUpdater;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gradient descent with momentum in plain Java, which compares its parameters with the oracle's
 * after every step: a contribution that was counted twice, lost, or added in another order shows at
 * once.
 */
final class CheckedUpdater implements GroupUpdater {

  private final Oracle oracle;
  private final BlockGroup group;
  private final String owner;
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private final UnsafeBuffer momentum;

  CheckedUpdater(Oracle oracle, BlockGroup group, String owner, boolean first) {
    this.oracle = oracle;
    this.group = group;
    this.owner = owner;
    int bytes = (int) group.length() * Float.BYTES;
    parameters = new UnsafeBuffer(new byte[bytes]);
    gradient = new UnsafeBuffer(new byte[bytes]);
    momentum = new UnsafeBuffer(new byte[bytes]);
    if (first) {
      for (int i = 0; i < group.length(); i++) {
        parameters.putFloat(i * Float.BYTES, oracle.parameters.get(0)[(int) group.offset() + i]);
      }
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
  public List<MutableDirectBuffer> state() {
    return List.of(momentum);
  }

  @Override
  public void average(int examples, int filledSlots) {
    for (int i = 0; i < group.length(); i++) {
      gradient.putFloat(i * Float.BYTES, gradient.getFloat(i * Float.BYTES) / examples);
    }
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    Block block = oracle.plan.blocks().get(blockIndex);
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
    for (int i = 0; i < group.length(); i++) {
      int at = i * Float.BYTES;
      float m = oracle.momentum * momentum.getFloat(at) + (float) scale * gradient.getFloat(at);
      momentum.putFloat(at, m);
      parameters.putFloat(at, parameters.getFloat(at) - Oracle.RATE * m);
    }
    if ((!oracle.exact || step + 1 == oracle.steps)
        && !oracle.holds(group, step + 1, new Floats(parameters))) {
      throw new InvariantBroken(
          owner + ": group " + group.index() + " is wrong after step " + step);
    }
  }

  @Override
  public void close() {}
}
