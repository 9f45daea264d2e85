package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.kernels.compression.CompressionSchedule;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.ArrayList;
import java.util.List;

/**
 * One block group on one server: its state, the contributions to its open step, and the role that
 * the server has for the group in the present generation.
 */
final class Replica implements AutoCloseable {

  private final GroupState state;
  private final List<ReplicaBlock> blocks = new ArrayList<>();
  private final GroupAggregation aggregation;
  private GroupRole role = GroupRole.NONE;
  private boolean whole;
  private long snapshotStep = -1;

  /**
   * A replica that is not {@link #isWhole whole} yet.
   *
   * @param updater makes its updates; owned from now on
   */
  Replica(BlockGroup group, ServerOptions options, GroupUpdater updater, Aggregation aggregations) {
    state = new GroupState(group, options, updater);
    for (Block block : options.plan().blocksOf(group)) {
      blocks.add(
          new ReplicaBlock(
              block, this, blocks.size(), options.compression(), options.skipNonFinite()));
    }
    aggregation = aggregations.of(this);
  }

  BlockGroup group() {
    return state.group();
  }

  GroupState state() {
    return state;
  }

  GroupUpdater updater() {
    return state.updater();
  }

  List<ReplicaBlock> blocks() {
    return blocks;
  }

  /** What gathers the contributions to its open step. */
  GroupAggregation aggregation() {
    return aggregation;
  }

  /** The step that is open: its parameters are the newest. */
  long step() {
    return state.step();
  }

  /**
   * How far it is, as reports tell it.
   *
   * @param asOf the newest generation that the server has entered
   */
  GroupStep groupStep(int asOf) {
    return new GroupStep(
        group().index(), step(), aggregation.clocks(), asOf, aggregation.isReduced());
  }

  /** Whether it has all of the group's state, so that it could serve as primary. */
  boolean isWhole() {
    return whole;
  }

  /** Parts of the state are being written: it is worth nothing until it is {@link #complete}. */
  void markIncomplete() {
    whole = false;
  }

  /** Every part of its state is now that before a step. */
  void complete(long step) {
    whole = true;
    state.open(step);
    aggregation.open(step);
  }

  /** Drops what has been gathered of the open step. */
  void reopen() {
    aggregation.open(step());
  }

  /**
   * Applies the mean gradient and opens the next step.
   *
   * @param factor what the gradient is multiplied by; if it is negative, no parameter changes
   */
  void apply(double factor) {
    state.apply(factor);
    aggregation.open(step());
  }

  /** Blocks travel so in this generation. */
  void enter(CompressionSchedule schedule) {
    blocks.forEach(block -> block.intake().enter(schedule));
    state.enter(schedule);
  }

  /** What the server is to the group in this generation. */
  GroupRole role() {
    return role;
  }

  void become(GroupRole next) {
    role = next;
  }

  /** Whether this server aggregates the group in this generation. */
  boolean isPrimary() {
    return role instanceof PrimaryRole;
  }

  /** The role of a primary, which it must have. */
  PrimaryRole primary() {
    if (role instanceof PrimaryRole primary) {
      return primary;
    }
    throw new IllegalStateException("group " + group().index() + " has its primary elsewhere");
  }

  /** Forgets what is under way; what is counted, reduced or applied stays so. */
  void seal() {
    role = GroupRole.NONE;
    aggregation.forget();
  }

  /** The newest step of which the state was copied for a checkpoint; -1 if none. */
  long snapshotStep() {
    return snapshotStep;
  }

  /** The state before a step was copied for a checkpoint. */
  void snapshotTaken(long step) {
    snapshotStep = step;
  }

  @Override
  public void close() {
    try {
      aggregation.close();
    } finally {
      state.close();
    }
  }
}
