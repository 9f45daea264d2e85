package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.SlotPlan;
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

/**
 * The bits of one block group: the parameters of the step that is open and of the one before, the
 * optimizer's state, and what codecs remember of the group.
 *
 * <p>The parameters of the step before are kept since another group may still lack contributions to
 * that step when a worker is lost. Those are then computed again, which needs all parameters as
 * they were.
 */
final class GroupState implements AutoCloseable {

  private final BlockGroup group;
  private final GroupUpdater updater;
  private final SlotPlan slots;
  private final long lastStep;
  private final boolean streams;
  private final ParameterDeltas deltas;
  private final ByteBuffer previousMemory;
  private final UnsafeBuffer previous;

  /**
   * What each block added to the global norm of a step, for the two steps that may be asked for:
   * those of even steps first, then those of odd ones.
   */
  private final UnsafeBuffer shares;

  private final int blocks;

  private final SharedScales scales;
  private final boolean sharesScales;
  private long step;

  /**
   * The state before the first step.
   *
   * @param updater has the parameters; owned from now on
   */
  GroupState(BlockGroup group, ServerOptions options, GroupUpdater updater) {
    List<Block> blocks = options.plan().blocksOf(group);
    this.group = group;
    this.updater = updater;
    slots = options.slots();
    lastStep = options.lastStep();
    streams = options.streams();
    step = options.firstStep();
    this.blocks = blocks.size();
    shares = new UnsafeBuffer(new byte[2 * blocks.size() * Double.BYTES]);
    scales = new SharedScales(blocks.size());
    sharesScales = options.compression().encodesGradients();
    deltas = ParameterDeltas.of(group, blocks, options.compression(), updater.parameters());
    previousMemory = ByteBuffer.allocateDirect(Math.toIntExact(group.length() * Float.BYTES));
    previous = new UnsafeBuffer(previousMemory);
  }

  BlockGroup group() {
    return group;
  }

  GroupUpdater updater() {
    return updater;
  }

  /** The step that is open: its parameters are the newest. */
  long step() {
    return step;
  }

  /** Takes the parts as they are now for the state before a step. */
  void open(long next) {
    step = next;
  }

  /** Blocks travel so in this generation. */
  void enter(CompressionSchedule schedule) {
    deltas.enter(schedule);
  }

  /** The parameters of the open step, or of the one before, as workers have them. */
  DirectBuffer parameters(long version) {
    if (version == step || streams) {
      // No worker computes with the last parameters, so workers get them as they are.
      return version == lastStep ? updater.parameters() : deltas.current();
    }
    if (version == step - 1) {
      return previous;
    }
    throw new IllegalStateException(
        "group " + group.index() + " is at step " + step + ", asked for step " + version);
  }

  /**
   * Bytes of the encoded delta that leads to a block's parameters of a step, by its place in the
   * group; 0 if there is none, so that they travel as they are.
   */
  int deltaBytes(int place, long version) {
    return version == step && version != lastStep ? deltas.lengthOf(place) : 0;
  }

  /** The encoded delta that led to a block's newest parameters. */
  DirectBuffer delta(int place) {
    return deltas.encoded(place);
  }

  /** Everything that makes up the state, always in the same order. */
  List<MutableDirectBuffer> parts() {
    List<MutableDirectBuffer> parts = new ArrayList<>();
    parts.add(previous);
    parts.add(shares);
    parts.addAll(codecState());
    parts.add(updater.parameters());
    parts.addAll(updater.state());
    return parts;
  }

  /** What codecs remember of the group, as far as the job has such: part of its state. */
  List<MutableDirectBuffer> codecState() {
    List<MutableDirectBuffer> parts = new ArrayList<>();
    if (sharesScales) {
      parts.add(scales.part());
    }
    parts.addAll(deltas.parts());
    return parts;
  }

  /** What a block added to the global norm of the open step, or of the one before. */
  double share(int place, long of) {
    return shares.getDouble(shareIndex(place, of));
  }

  /** Notes what a block adds to the global norm of the open step. */
  void share(int place, double sumOfSquares) {
    shares.putDouble(shareIndex(place, step), sumOfSquares);
  }

  private int shareIndex(int place, long of) {
    return ((of & 1) == 0 ? place : blocks + place) * Double.BYTES;
  }

  /** The scales that contributors to each block share. */
  SharedScales scales() {
    return scales;
  }

  /**
   * Applies the mean gradient and goes on to the next step.
   *
   * @param factor what the gradient is multiplied by; if it is negative, no parameter changes
   */
  void apply(double factor) {
    previous.putBytes(0, parameters(step), 0, previous.capacity());
    if (factor >= 0) {
      updater.update(step, slots.epochOf(step), factor);
    }
    deltas.advance(step, updater.parameters());
    scales.shift();
    step++;
  }

  @Override
  public void close() {
    try {
      CloseHelper.closeAll(updater, deltas);
    } finally {
      BufferUtil.free(previousMemory);
    }
  }
}
