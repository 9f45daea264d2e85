package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.kernels.sum.BlockSum;
import org.agrona.MutableDirectBuffer;

/** One block of a replica. */
final class ReplicaBlock {

  private final Block block;
  private final Replica replica;
  private final int offsetBytes;
  private final BlockLedger ledger;
  private final BlockIntake intake;

  private final int place;
  private final MutableDirectBuffer shares;
  private final SharedScales scales;

  /** Bytes of the mean gradient that have come from the primary. */
  int copiedBytes;

  /** A block, of the group the one at this place, where its share and its scales lie. */
  ReplicaBlock(
      Block block,
      Replica replica,
      BlockLedger ledger,
      BlockIntake intake,
      int place,
      MutableDirectBuffer shares,
      SharedScales scales) {
    this.place = place;
    this.shares = shares;
    this.scales = scales;
    this.block = block;
    this.replica = replica;
    this.offsetBytes = Math.toIntExact((block.offset() - replica.group().offset()) * Float.BYTES);
    this.ledger = ledger;
    this.intake = intake;
  }

  Block block() {
    return block;
  }

  Replica replica() {
    return replica;
  }

  BlockLedger ledger() {
    return ledger;
  }

  BlockIntake intake() {
    return intake;
  }

  /** How the change of its parameters by a step travels. */
  Codec changeCodec(long step) {
    return intake.changeCodec(step);
  }

  /** Where its floats begin in the buffers of the group. */
  int offsetBytes() {
    return offsetBytes;
  }

  /** What the block added to the global norm of the step that was reduced last. */
  double share() {
    return shares.getDouble(place * Double.BYTES);
  }

  void share(double sumOfSquares) {
    shares.putDouble(place * Double.BYTES, sumOfSquares);
  }

  /** Which of the group's blocks it is. */
  int place() {
    return place;
  }

  /** The scale that contributors share in the open step, or, in a recomputation, the one before. */
  float scale(long step) {
    return step == replica.step() ? scales.open(place) : scales.before(place);
  }

  /** The scale that contributors share in the step after the open one. */
  float nextScale() {
    return scales.next(place);
  }

  void nextScale(float scale) {
    scales.next(place, scale);
  }

  /** Adds the contributions up; false if the step counts for nobody. */
  boolean reduce(BlockSum kernel) {
    if (!ledger.reduce(kernel, replica.updater().gradient(), offsetBytes)) {
      // Contributors go on with the scale that they have.
      nextScale(scale(replica.step()));
      return false;
    }
    nextScale(ledger.nextScale());
    return true;
  }
}
