package io.trireme.server.protocol;

import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import java.util.List;

/** The open step of one group, from the first contribution to the gradient that is applied. */
final class GroupSteps implements GroupAggregation {

  /** How far the open step is, on a primary. */
  private enum Phase {
    /** Contributions are added up. */
    ADDING,
    /** The mean gradient is there; what the other groups add to its norm may be missing. */
    REDUCED,
    /** The mean gradient is on its way to the backup. */
    COPYING
  }

  /** What the scale of a step that changes nothing is. */
  private static final double VOID = -1;

  private final Replica replica;
  private final WholeSteps steps;
  private final BlockLedger[] ledgers;
  private Phase phase = Phase.ADDING;
  private int reducedBlocks;
  private boolean voided;

  /** What the open step's gradient is multiplied by; NaN as long as that is not known. */
  private double scale = Double.NaN;

  GroupSteps(Replica replica, WholeSteps steps) {
    this.replica = replica;
    this.steps = steps;
    this.ledgers = replica.blocks().stream().map(steps::ledger).toArray(BlockLedger[]::new);
  }

  long step() {
    return replica.step();
  }

  List<ReplicaBlock> blocks() {
    return replica.blocks();
  }

  @Override
  public Receipt accept(
      ReplicaBlock block,
      Peer from,
      WorkerLink link,
      ContributionDecoder message,
      int payloadBytes) {
    long step = message.step();
    if (step > step() || step < step() - 1) {
      return Receipt.OUT_OF_PLACE;
    }
    link.begun(step);
    if (step < step()) {
      return Receipt.DUPLICATE;
    }
    BlockLedger ledger = ledgers[block.place()];
    if (message.codecRaw() == Codec.COUNTED.value()) {
      return ledger.isReduced() ? Receipt.DUPLICATE : Receipt.OUT_OF_PLACE;
    }
    Receipt receipt = ledger.accept(from, message, payloadBytes);
    if (receipt == Receipt.COMPLETE) {
      reduce(block, ledger);
    }
    return receipt;
  }

  private void reduce(ReplicaBlock block, BlockLedger ledger) {
    if (ledger.reduce(steps.kernel(), replica.updater().gradient(), block.offsetBytes())) {
      block.nextScale(ledger.nextScale());
    } else {
      // Contributors go on with the scale that they have.
      block.nextScale(block.scale(step()));
      makeVoid();
    }
    reducedBlocks++;
    if (reducedBlocks == ledgers.length) {
      phase = Phase.REDUCED;
      SlotPlan slots = steps.options().slots();
      replica.updater().average(slots.examplesInStep(step()), slots.filledSlots(step()));
      steps.clipping().onReduced(this);
    }
  }

  /** Notes what each block adds to the global norm of the open step. */
  void measure() {
    for (int i = 0; i < blocks().size(); i++) {
      ReplicaBlock block = blocks().get(i);
      block.share(replica.updater().sumOfSquares(block.index()));
    }
  }

  /** Whether the open step's mean gradient is there. */
  boolean isSummed() {
    return phase != Phase.ADDING;
  }

  /** Whether the open step's mean gradient is there, and what it is multiplied by is known. */
  @Override
  public boolean isReduced() {
    return isSummed() && isScaled();
  }

  /** Whether what the open step's mean gradient is multiplied by is known. */
  boolean isScaled() {
    return !Double.isNaN(scale);
  }

  /** The open step is to change nothing. */
  void makeVoid() {
    voided = true;
  }

  /** Multiplies the open step's gradient by a factor, and goes on with it. */
  void scaleBy(double factor) {
    scale = voided ? VOID : factor;
    resume();
  }

  @Override
  public void resume() {
    if (phase == Phase.REDUCED && isScaled()) {
      phase = Phase.COPYING;
      if (!replica.primary().takeGradient(scale)) {
        phase = Phase.REDUCED;
      }
    }
  }

  @Override
  public void begin(Sessions sessions) {
    for (long step = sessions.membership().step(); step <= step(); step++) {
      sessions.offer(replica, step, true);
    }
    steps.clipping().add(this);
  }

  @Override
  public void open(long step) {
    phase = Phase.ADDING;
    reducedBlocks = 0;
    scale = Double.NaN;
    voided = false;
    for (BlockLedger ledger : ledgers) {
      ledger.open(step);
    }
  }

  @Override
  public void forget() {
    if (phase == Phase.COPYING) {
      phase = Phase.REDUCED;
    }
    for (BlockLedger ledger : ledgers) {
      ledger.forget();
    }
  }

  @Override
  public List<Long> clocks() {
    return List.of();
  }

  @Override
  public void describe(StringBuilder text) {
    text.append(" waits at step ").append(step());
    for (int i = 0; i < ledgers.length; i++) {
      String missing = ledgers[i].missingSlots();
      if (!missing.isEmpty()) {
        text.append(", block ")
            .append(blocks().get(i).index())
            .append(", for slots ")
            .append(missing);
        return;
      }
    }
    text.append(", group ")
        .append(replica.group().index())
        .append(Double.isNaN(scale) ? ", for the global norm" : ", to copy its gradient");
  }

  @Override
  public void close() {
    open(step());
  }
}
