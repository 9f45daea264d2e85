package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;
import io.trireme.server.kernel.TreeSums;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Notes what it is asked to do; parameters become the gradient, as it is. */
final class FakeUpdater implements GroupUpdater {

  final BlockGroup group;
  final List<String> calls = new ArrayList<>();
  final UnsafeBuffer parameters;
  final UnsafeBuffer gradient;
  boolean closed;

  FakeUpdater(BlockGroup group) {
    this.group = group;
    int bytes = Math.toIntExact(group.length() * Float.BYTES);
    parameters = TreeSums.offHeap(bytes);
    gradient = TreeSums.offHeap(bytes);
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
  public void average(int examples, int filledSlots) {
    calls.add("average " + examples + " " + filledSlots);
  }

  @Override
  public double sumOfSquares(int blockIndex) {
    calls.add("square " + blockIndex);
    return 9;
  }

  @Override
  public void update(long step, int epoch, double scale) {
    calls.add("update " + step + " " + epoch + " " + scale);
    parameters.putBytes(0, gradient, 0, gradient.capacity());
  }

  @Override
  public void close() {
    closed = true;
  }
}
