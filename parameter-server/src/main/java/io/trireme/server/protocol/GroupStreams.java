package io.trireme.server.protocol;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.kernels.sum.SumProgram;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The streams of steps of one group's slots: each step of a slot counts once and in order. */
final class GroupStreams implements GroupAggregation {

  private static final SumProgram TWO =
      SumProgram.over(new ReductionTree(2), List.of(new TreeNode(0, 1), new TreeNode(1, 2)));

  private final Replica replica;
  private final SlotStreams streams;
  private final SlotPlan plan;
  private final DirectBuffer[] pair = new DirectBuffer[2];
  private final UnsafeBuffer sum = new UnsafeBuffer(0, 0);

  /** The step that counts next, by slot. */
  private final long[] clocks;

  /** What has arrived of that step, by block of the group and by slot. */
  private final @Nullable Contribution[][] arrived;

  private int gathered;
  private int examples;
  private int filledSlots;

  GroupStreams(Replica replica, SlotStreams streams) {
    this.replica = replica;
    this.streams = streams;
    plan = streams.options().slots();
    clocks = new long[plan.slots()];
    Arrays.fill(clocks, streams.options().firstStep());
    arrived = new Contribution[replica.blocks().size()][plan.slots()];
  }

  Replica replica() {
    return replica;
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

  @Override
  public boolean isReduced() {
    return false;
  }

  @Override
  public List<Long> clocks() {
    return Arrays.stream(clocks).boxed().toList();
  }

  @Override
  public Receipt accept(
      ReplicaBlock block,
      Peer from,
      WorkerLink link,
      ContributionDecoder message,
      int payloadBytes) {
    int slot = message.slotFrom();
    long step = message.step();
    if (message.slotTo() != slot + 1
        || slot >= clocks.length
        || step > clocks[slot]
        || step < clocks[slot] - 1) {
      return Receipt.OUT_OF_PLACE;
    }
    link.begun(step);
    if (step < clocks[slot]) {
      return Receipt.DUPLICATE;
    }
    if (message.codecRaw() == Codec.COUNTED.value()) {
      return Receipt.OUT_OF_PLACE;
    }
    Receipt receipt = append(block, from, message, payloadBytes);
    if (receipt == Receipt.COMPLETE) {
      count(slot);
    }
    return receipt;
  }

  private Receipt append(
      ReplicaBlock block, Peer from, ContributionDecoder message, int payloadBytes) {
    int slot = message.slotFrom();
    @Nullable Contribution[] ofBlock = arrived[block.place()];
    Contribution contribution = ofBlock[slot];
    if (!block.intake().fits(message, payloadBytes)) {
      return Receipt.OUT_OF_PLACE;
    }
    if (contribution == null) {
      if (message.frameOffset() != 0) {
        return Receipt.OUT_OF_PLACE;
      }
      contribution = streams.pool().acquire(from, message);
      ofBlock[slot] = contribution;
    } else if (contribution.isWhole()) {
      return Receipt.DUPLICATE;
    }
    Receipt receipt = contribution.append(from, message, payloadBytes);
    if (receipt != Receipt.KEPT || !contribution.isWhole()) {
      return receipt;
    }
    if (!block.intake().decode(contribution, clocks[slot])) {
      streams.pool().release(contribution);
      ofBlock[slot] = null;
      return Receipt.BAD;
    }
    streams.pool().releaseEncoded(contribution);
    return isWhole(slot) ? Receipt.COMPLETE : Receipt.COUNTED;
  }

  /** Whether the slot's next step is there for every block of the group. */
  private boolean isWhole(int slot) {
    for (int i = 0; i < arrived.length; i++) {
      Contribution contribution = arrived[i][slot];
      if (contribution == null || !contribution.isWhole()) {
        return false;
      }
    }
    return true;
  }

  /** Counts a slot's next step; as many as there are slots make an update. */
  private void count(int slot) {
    for (int i = 0; i < arrived.length; i++) {
      Contribution whole = arrived[i][slot];
      if (whole == null) {
        throw new IllegalStateException("slot " + slot + " is not whole");
      }
      add(replica.blocks().get(i), whole);
      streams.pool().release(whole);
      arrived[i][slot] = null;
    }
    int here = plan.examplesInSlot(clocks[slot], slot);
    examples += here;
    filledSlots += here > 0 ? 1 : 0;
    clocks[slot]++;
    gathered++;
    if (gathered == clocks.length) {
      update();
    }
    streams.answer(this);
  }

  private void add(ReplicaBlock block, Contribution whole) {
    MutableDirectBuffer gradient = replica.updater().gradient();
    if (gathered == 0) {
      gradient.putBytes(block.offsetBytes(), whole.floats(), 0, block.lengthBytes());
      return;
    }
    sum.wrap(gradient, block.offsetBytes(), block.lengthBytes());
    pair[0] = sum;
    pair[1] = whole.floats();
    streams.kernel().sum(TWO, pair, gradient, block.offsetBytes(), block.block().length());
  }

  /** Applies the mean of what was counted since the last update. */
  private void update() {
    replica.updater().average(examples, filledSlots);
    gathered = 0;
    examples = 0;
    filledSlots = 0;
    replica.primary().apply(1.0);
  }

  @Override
  public void begin(Sessions sessions) {
    streams.answer(this);
  }

  @Override
  public void resume() {}

  /** Steps are those of slots: an update opens none. */
  @Override
  public void open(long step) {
    for (int i = 0; i < arrived.length; i++) {
      replica.blocks().get(i).intake().reset();
    }
  }

  /** Forgets what has not been counted; the worker that computes the slot next sends it again. */
  @Override
  public void forget() {
    for (@Nullable Contribution[] ofBlock : arrived) {
      for (int slot = 0; slot < ofBlock.length; slot++) {
        Contribution contribution = ofBlock[slot];
        if (contribution != null) {
          streams.pool().release(contribution);
          ofBlock[slot] = null;
        }
      }
    }
  }

  @Override
  public void describe(StringBuilder text) {
    text.append(" has slots at steps ").append(Arrays.toString(clocks));
  }

  @Override
  public void close() {
    forget();
  }
}
