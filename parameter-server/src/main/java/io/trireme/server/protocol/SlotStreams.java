package io.trireme.server.protocol;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.SumProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the gradients of one block group where workers do not wait for each other's steps: each
 * slot is a stream of steps of its own, of which every step counts once and in order.
 *
 * <p>Gradients are added up in the order in which they are whole. The mean of as many as a step has
 * slots makes one update (the 1-softsync of Zhang, Gupta, Lian and Liu, 2016), so that there are as
 * many updates, of the same size, as steps.
 */
final class SlotStreams {

  private static final SumProgram TWO =
      SumProgram.over(new ReductionTree(2), List.of(new TreeNode(0, 1), new TreeNode(1, 2)));

  private final Replica replica;
  private final SlotPlan plan;
  private final ContributionPool pool;
  private final BlockSum kernel;
  private final DirectBuffer[] pair = new DirectBuffer[2];
  private final UnsafeBuffer sum = new UnsafeBuffer(0, 0);

  /** The step that counts next, by slot. */
  private final long[] clocks;

  /** What has arrived of that step, by block of the group and by slot. */
  private final @Nullable Contribution[][] arrived;

  private int gathered;
  private int examples;
  private int filledSlots;

  SlotStreams(
      Replica replica, SlotPlan plan, ContributionPool pool, BlockSum kernel, long firstStep) {
    this.replica = replica;
    this.plan = plan;
    this.pool = pool;
    this.kernel = kernel;
    clocks = new long[plan.slots()];
    Arrays.fill(clocks, firstStep);
    arrived = new Contribution[replica.blocks().size()][plan.slots()];
  }

  /** The step that counts next of a slot. */
  long clock(int slot) {
    return clocks[slot];
  }

  /** The step that counts next of the slot that is furthest behind. */
  long slowest() {
    long slowest = Long.MAX_VALUE;
    for (long clock : clocks) {
      slowest = Math.min(slowest, clock);
    }
    return slowest;
  }

  List<Long> clocks() {
    List<Long> copy = new ArrayList<>();
    for (long clock : clocks) {
      copy.add(clock);
    }
    return copy;
  }

  /**
   * Takes some bytes of a block of the step that counts next, as a frame brought them.
   *
   * @param codec how the contribution travels, which the block's intake knows
   * @param total how many bytes it takes
   */
  BlockLedger.Receipt accept(
      ReplicaBlock block,
      Peer from,
      int slot,
      int codec,
      int total,
      int frameOffset,
      DirectBuffer payload,
      int payloadOffset,
      int payloadBytes) {
    int position = replica.blocks().indexOf(block);
    Contribution contribution = arrived[position][slot];
    if (frameOffset < 0
        || !block.intake().fits(codec, total)
        || frameOffset + (long) payloadBytes > total) {
      return BlockLedger.Receipt.OUT_OF_PLACE;
    }
    if (contribution == null) {
      if (frameOffset != 0) {
        return BlockLedger.Receipt.OUT_OF_PLACE;
      }
      contribution = pool.acquire(from, slot, slot + 1, codec, total);
      arrived[position][slot] = contribution;
    }
    if (!from.equals(contribution.from) || frameOffset != contribution.receivedBytes) {
      return frameOffset < contribution.receivedBytes
          ? BlockLedger.Receipt.DUPLICATE
          : BlockLedger.Receipt.OUT_OF_PLACE;
    }
    if (contribution.codec != codec || contribution.totalBytes != total) {
      return BlockLedger.Receipt.OUT_OF_PLACE;
    }
    contribution.target().putBytes(frameOffset, payload, payloadOffset, payloadBytes);
    contribution.receivedBytes += payloadBytes;
    if (contribution.receivedBytes < total) {
      return BlockLedger.Receipt.KEPT;
    }
    if (!block.intake().decode(contribution, clock(slot))) {
      pool.release(contribution);
      arrived[position][slot] = null;
      return BlockLedger.Receipt.BAD;
    }
    pool.releaseEncoded(contribution);
    return isWhole(slot) ? BlockLedger.Receipt.COMPLETE : BlockLedger.Receipt.COUNTED;
  }

  /** Whether the slot's next step is there for every block of the group. */
  private boolean isWhole(int slot) {
    for (int i = 0; i < arrived.length; i++) {
      Contribution contribution = arrived[i][slot];
      if (contribution == null || contribution.receivedBytes < contribution.totalBytes) {
        return false;
      }
    }
    return true;
  }

  /** Counts a slot's next step, which must be whole; true if that makes an update. */
  boolean count(int slot) {
    MutableDirectBuffer gradient = replica.updater().gradient();
    for (int i = 0; i < arrived.length; i++) {
      Contribution whole = arrived[i][slot];
      if (whole == null) {
        throw new IllegalStateException("slot " + slot + " is not whole");
      }
      ReplicaBlock block = replica.blocks().get(i);
      int length = block.block().length();
      if (gathered == 0) {
        gradient.putBytes(block.offsetBytes(), whole.floats, 0, block.block().lengthBytes());
      } else {
        sum.wrap(gradient, block.offsetBytes(), block.block().lengthBytes());
        pair[0] = sum;
        pair[1] = whole.floats;
        kernel.sum(TWO, pair, gradient, block.offsetBytes(), length);
      }
      pool.release(whole);
      arrived[i][slot] = null;
    }
    int here = plan.examplesInSlot(clocks[slot], slot);
    examples += here;
    filledSlots += here > 0 ? 1 : 0;
    clocks[slot]++;
    gathered++;
    return gathered == clocks.length;
  }

  /** Makes the mean of what was counted since the last update. */
  void average() {
    replica.updater().average(examples, filledSlots);
    gathered = 0;
    examples = 0;
    filledSlots = 0;
  }

  /** Forgets what has not been counted; whoever computes the slot next sends it again. */
  void forget() {
    for (@Nullable Contribution[] ofBlock : arrived) {
      for (int slot = 0; slot < ofBlock.length; slot++) {
        Contribution contribution = ofBlock[slot];
        if (contribution != null) {
          pool.release(contribution);
          ofBlock[slot] = null;
        }
      }
    }
  }

  /** What it waits for, for messages. */
  String missing() {
    return "slots at steps " + Arrays.toString(clocks);
  }
}
