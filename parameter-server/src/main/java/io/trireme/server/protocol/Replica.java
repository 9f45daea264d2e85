package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.ReductionTree;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One block group on one server, as its primary or its backup: the parameters of the step that is
 * open and of the one before, the optimizer's state, and the step's contributions.
 *
 * <p>The parameters of the step before are kept since another group may still lack contributions to
 * that step when a worker is lost: whoever computes them again needs all parameters as they were.
 */
final class Replica implements AutoCloseable {

  /** How far the open step is, on a primary. */
  enum Phase {
    /** Contributions are added up. */
    ADDING,
    /** The mean gradient is there; what the other groups add to its norm may be missing. */
    REDUCED,
    /** The mean gradient is on its way to the backup. */
    COPYING
  }

  private final BlockGroup group;
  private final GroupUpdater updater;
  private final List<ReplicaBlock> blocks;
  private final ByteBuffer previousMemory;
  private final UnsafeBuffer previous;

  /** What the scale of a step that counts for nobody is. */
  private static final double VOID = -1;

  /** What workers have, where it is not the parameters themselves. */
  private final @Nullable WorkersView view;

  /** What each block added to the global norm of the step that was reduced last. */
  private final UnsafeBuffer shares;

  private final SharedScales scales;
  private final boolean sharesScales;
  private final long lastStep;

  private long step;
  private Phase phase = Phase.ADDING;
  private int reducedBlocks;
  private boolean voided;
  private double scale = Double.NaN;

  /** The slots' streams of steps; null where every step waits for every slot. */
  @Nullable SlotStreams streams;

  /** Whether this server adds the group's contributions up in this generation. */
  boolean serving;

  /** Whether it has all of the group's state, so that it could serve as primary. */
  boolean whole;

  /** Whether workers may have the parameters of the open step. */
  boolean released = true;

  /** Whether the state is on its way to the backup, and must stay as it is. */
  boolean leaving;

  /** The newest step of which the state was copied for a checkpoint; -1 if none. */
  long kept = -1;

  /** Where the mean gradients go before they are applied; null if there is no current backup. */
  @Nullable PeerLink backup;

  /** Who is to become the backup once it has been sent the state; null if nobody is. */
  @Nullable PeerLink recruit;

  /** On a backup, whom it answers; null on a primary. */
  @Nullable PeerLink primary;

  /** On a backup, which part of the state comes next, and how much of it is there. */
  int incomingPart;

  int incomingBytes;

  Replica(
      BlockGroup group,
      ServerOptions options,
      GroupUpdater updater,
      ReductionTree tree,
      ContributionPool pool) {
    this.group = group;
    this.updater = updater;
    this.step = options.firstStep();
    this.lastStep = options.lastStep();
    List<Block> members = options.plan().blocksOf(group);
    this.shares = new UnsafeBuffer(new byte[members.size() * Double.BYTES]);
    this.scales = new SharedScales(members.size());
    this.sharesScales = options.compression().hasWay();
    this.blocks = new ArrayList<>();
    for (Block block : members) {
      BlockIntake intake = new BlockIntake(block, options.compression(), options.skipNonFinite());
      BlockLedger ledger = new BlockLedger(block, tree, pool, intake, step);
      blocks.add(new ReplicaBlock(block, this, ledger, intake, blocks.size(), shares, scales));
    }
    CompressionPlan compression = options.compression();
    this.view = compression.hasBack() ? new WorkersView(group, members, compression) : null;
    if (view != null) {
      view.set(updater.parameters());
    }
    this.previousMemory = ByteBuffer.allocateDirect(Math.toIntExact(group.length() * Float.BYTES));
    this.previous = new UnsafeBuffer(previousMemory);
  }

  BlockGroup group() {
    return group;
  }

  GroupUpdater updater() {
    return updater;
  }

  List<ReplicaBlock> blocks() {
    return blocks;
  }

  /** Blocks travel so in this generation. */
  void enter(CompressionSchedule schedule) {
    blocks.forEach(block -> block.intake().enter(schedule));
    if (view != null) {
      view.enter(schedule);
    }
  }

  /** The step that is open: its parameters are the newest. */
  long step() {
    return step;
  }

  Phase phase() {
    return phase;
  }

  /** What the open step's gradient is multiplied by; NaN as long as that is not known. */
  double scale() {
    return scale;
  }

  /** The parameters of the open step, or of the one before, as workers have them. */
  DirectBuffer parameters(long version) {
    if (version == step || streams != null) {
      // Nobody computes with the last parameters, so workers get them as they are.
      return view == null || version == lastStep ? updater.parameters() : view.current();
    }
    if (version == step - 1) {
      return previous;
    }
    throw new IllegalStateException(
        "group " + group.index() + " is at step " + step + ", asked for step " + version);
  }

  /** Everything that makes up its state, always in the same order. */
  List<MutableDirectBuffer> parts() {
    List<MutableDirectBuffer> parts = new ArrayList<>();
    parts.add(previous);
    parts.add(shares);
    parts.addAll(travel());
    parts.add(updater.parameters());
    parts.addAll(updater.state());
    return parts;
  }

  /** What it remembers of how the group travels: part of its state. */
  List<MutableDirectBuffer> travel() {
    List<MutableDirectBuffer> travel = new ArrayList<>();
    if (sharesScales) {
      travel.add(scales.part());
    }
    if (view != null) {
      travel.addAll(view.parts());
    }
    return travel;
  }

  /** Notes that one more block's sum is there; true if that was the last one. */
  boolean blockReduced() {
    reducedBlocks++;
    if (reducedBlocks < blocks.size()) {
      return false;
    }
    reducedBlocks = 0;
    phase = Phase.REDUCED;
    return true;
  }

  /** Whether the open step's mean gradient is there, and what it is multiplied by is known. */
  boolean isScaled() {
    return phase == Phase.REDUCED && !Double.isNaN(scale);
  }

  /** Notes what the open step's gradient is to be multiplied by. */
  void scaleKnown(double factor) {
    scale = voided ? VOID : factor;
  }

  /** The open step counts for nobody. */
  void makeVoid() {
    voided = true;
  }

  /** The change that the newest step made, as it travels; null where parameters travel. */
  @Nullable WorkersView changes() {
    return step == lastStep ? null : view;
  }

  /** The gradient goes to the backup from now on, and must stay as it is. */
  void copying() {
    phase = Phase.COPYING;
  }

  /**
   * Applies the mean gradient and opens the next step.
   *
   * @param factor what the gradient is multiplied by; if it is negative, nothing changes
   */
  void apply(int epoch, double factor) {
    previous.putBytes(0, parameters(step), 0, previous.capacity());
    if (factor >= 0) {
      updater.update(step, epoch, factor);
    }
    if (view != null) {
      view.advance(step, updater.parameters());
    }
    scales.shift();
    open(step + 1);
  }

  /** Takes the parts as they are now for the state before a step. */
  void open(long next) {
    step = next;
    phase = Phase.ADDING;
    reducedBlocks = 0;
    scale = Double.NaN;
    voided = false;
    for (ReplicaBlock block : blocks) {
      block.copiedBytes = 0;
      block.ledger().open(next);
    }
  }

  /**
   * Takes bytes of one part of the state from the primary; from the first on the state is not whole
   * until {@link #hasAllState}.
   *
   * @return whether they were the ones that come next
   */
  boolean takeState(
      int part, int partBytes, int offset, DirectBuffer buffer, int at, int lengthBytes) {
    List<MutableDirectBuffer> parts = parts();
    if (part != incomingPart
        || part >= parts.size()
        || offset != incomingBytes
        || partBytes != parts.get(part).capacity()
        || offset + (long) lengthBytes > partBytes) {
      return false;
    }
    whole = false;
    parts.get(part).putBytes(offset, buffer, at, lengthBytes);
    incomingBytes += lengthBytes;
    if (incomingBytes == partBytes) {
      incomingBytes = 0;
      incomingPart++;
    }
    return true;
  }

  /** Whether every part of the state has come. */
  boolean hasAllState() {
    return incomingPart == parts().size();
  }

  /** Forgets what is under way; what is counted, reduced or applied stays so. */
  void seal() {
    if (phase == Phase.COPYING) {
      phase = Phase.REDUCED;
    } else if (phase == Phase.ADDING) {
      // What a backup was told with a mean gradient of which the rest will not come.
      scale = Double.NaN;
    }
    serving = false;
    leaving = false;
    incomingPart = 0;
    incomingBytes = 0;
    backup = null;
    recruit = null;
    primary = null;
    for (ReplicaBlock block : blocks) {
      block.copiedBytes = 0;
      block.ledger().forget();
    }
    SlotStreams slots = streams;
    if (slots != null) {
      slots.forget();
    }
  }

  @Override
  public void close() {
    try {
      CloseHelper.closeAll(updater, view);
    } finally {
      BufferUtil.free(previousMemory);
    }
  }
}
