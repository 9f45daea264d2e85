package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.kernels.compression.CompressionPlan;

/** One block of a replica: its place in the group's state, and what contributions to it may be. */
final class ReplicaBlock {

  private final Block block;
  private final Replica replica;
  private final int place;
  private final int offsetBytes;
  private final BlockIntake intake;

  /** A block, of the group the one at this place. */
  ReplicaBlock(
      Block block, Replica replica, int place, CompressionPlan compression, boolean voids) {
    this.block = block;
    this.replica = replica;
    this.place = place;
    this.offsetBytes = Math.toIntExact((block.offset() - replica.group().offset()) * Float.BYTES);
    this.intake = new BlockIntake(block, compression, voids);
  }

  Block block() {
    return block;
  }

  int index() {
    return block.index();
  }

  int lengthBytes() {
    return block.lengthBytes();
  }

  Replica replica() {
    return replica;
  }

  BlockIntake intake() {
    return intake;
  }

  /** Which of the group's blocks it is. */
  int place() {
    return place;
  }

  /** Where its floats begin in the buffers of the group. */
  int offsetBytes() {
    return offsetBytes;
  }

  /** What the block added to the global norm of the open step, or of the one before. */
  double share(long step) {
    return replica.state().share(place, step);
  }

  /** Notes what the block adds to the global norm of the open step. */
  void share(double sumOfSquares) {
    replica.state().share(place, sumOfSquares);
  }

  /** The scale that contributors share in the open step, or, in a recomputation, the one before. */
  float scale(long step) {
    SharedScales scales = replica.state().scales();
    return step == replica.step() ? scales.open(place) : scales.before(place);
  }

  /** The scale that contributors share in the step after the open one. */
  float nextScale() {
    return replica.state().scales().next(place);
  }

  void nextScale(float scale) {
    replica.state().scales().next(place, scale);
  }
}
