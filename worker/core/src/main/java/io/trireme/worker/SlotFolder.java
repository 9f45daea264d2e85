package io.trireme.worker;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.SumProgram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Computes all slots under a node of the reduction tree and adds their gradients along the tree, or
 * has them added where they are computed. Else it needs one vector of memory for each level of the
 * node, none for a single slot.
 */
final class SlotFolder implements AutoCloseable {

  private static final SumProgram TWO =
      SumProgram.over(new ReductionTree(2), List.of(new TreeNode(0, 1), new TreeNode(1, 2)));

  private final SlotPlan plan;
  private final SlotComputer computer;
  private final int length;
  private final BlockSum kernel = new BlockSum();
  private final List<ByteBuffer> owned = new ArrayList<>();
  private final List<UnsafeBuffer> levels = new ArrayList<>();
  private final DirectBuffer[] pair = new DirectBuffer[2];
  private final BooleanSupplier abandon;
  private double scoreSum;

  /**
   * A folder over vectors of {@code length} floats.
   *
   * @param abandon asked before each slot whether to leave off
   */
  SlotFolder(SlotPlan plan, SlotComputer computer, int length, BooleanSupplier abandon) {
    this.abandon = abandon;
    this.plan = plan;
    this.computer = computer;
    this.length = length;
  }

  /**
   * The sum over the node's slots, valid until the next call; adds to {@link #scoreSum}. Null if it
   * left off.
   */
  @Nullable DirectBuffer fold(long step, TreeNode node) {
    SlotComputer.Sums sums = computer.sums();
    return sums == null || node.hi() - node.lo() == 1
        ? fold(step, node.lo(), node.hi(), 0)
        : sum(sums, step, node);
  }

  private @Nullable DirectBuffer sum(SlotComputer.Sums sums, long step, TreeNode node) {
    sums.start(node.hi() - node.lo());
    for (int slot = node.lo(); slot < node.hi(); slot++) {
      if (abandon.getAsBoolean()) {
        return null;
      }
      int examples = plan.examplesInSlot(step, slot);
      if (examples == 0) {
        sums.addEmpty();
      } else {
        scoreSum += sums.add(step, slot) * examples;
      }
    }
    return sums.finish();
  }

  private @Nullable DirectBuffer fold(long step, int lo, int hi, int level) {
    if (hi - lo == 1) {
      return abandon.getAsBoolean() ? null : leaf(step, lo, level);
    }
    int middle = ReductionTree.split(lo, hi);
    UnsafeBuffer sum = level(level);
    DirectBuffer left = fold(step, lo, middle, level + 1);
    if (left == null) {
      return null;
    }
    sum.putBytes(0, left, 0, length * Float.BYTES);
    DirectBuffer right = fold(step, middle, hi, level + 1);
    if (right == null) {
      return null;
    }
    pair[1] = right;
    pair[0] = sum;
    kernel.sum(TWO, pair, sum, 0, length);
    return sum;
  }

  private DirectBuffer leaf(long step, int slot, int level) {
    int examples = plan.examplesInSlot(step, slot);
    if (examples == 0) {
      UnsafeBuffer zeros = level(level);
      zeros.setMemory(0, length * Float.BYTES, (byte) 0);
      return zeros;
    }
    scoreSum += computer.compute(step, slot) * examples;
    return computer.gradient();
  }

  private UnsafeBuffer level(int level) {
    while (levels.size() <= level) {
      ByteBuffer memory = ByteBuffer.allocateDirect(length * Float.BYTES);
      owned.add(memory);
      levels.add(new UnsafeBuffer(memory));
    }
    return levels.get(level);
  }

  /** The sum of the examples' scores since {@link #forgetScores}. */
  double scoreSum() {
    return scoreSum;
  }

  /** Begins another sum of scores. */
  void forgetScores() {
    scoreSum = 0;
  }

  @Override
  public void close() {
    levels.clear();
    owned.forEach(BufferUtil::free);
    owned.clear();
  }
}
