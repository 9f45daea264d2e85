package io.trireme.worker.local;

import io.trireme.common.slots.SlotPlan;

/**
 * How rounds of local steps lie over the steps that {@code bsp} would take with the same batch
 * size: all slots together use in local step h of a round as many examples as one such step, though
 * others, and it counts as that step.
 *
 * @param rounds the plan of rounds; its batch size is {@code localSteps} times the batch size of a
 *     step, and its steps are rounds
 * @param localSteps local steps in a full round
 */
public record LocalRounds(SlotPlan rounds, int localSteps) {

  public LocalRounds {
    if (localSteps < 1 || rounds.batchSize() % localSteps != 0) {
      throw new IllegalArgumentException(
          "local steps "
              + localSteps
              + ", expected at least 1 and a divisor of the round's "
              + rounds.batchSize()
              + " examples");
    }
    if (rounds.batchSize() / localSteps < rounds.slots()) {
      throw new IllegalArgumentException(
          rounds.slots()
              + " slots, but a local step has only "
              + rounds.batchSize() / localSteps
              + " examples");
    }
  }

  /** The rounds over steps of {@code batchSize} examples. */
  public static LocalRounds of(long examples, int batchSize, int slots, int localSteps) {
    return new LocalRounds(
        new SlotPlan(examples, Math.multiplyExact(batchSize, localSteps), slots), localSteps);
  }

  /** Examples in a local step, over all slots. */
  public int batchSize() {
    return rounds.batchSize() / localSteps;
  }

  /** The most examples of one slot in one local step: what an engine must have room for. */
  public int capacity() {
    return (batchSize() + rounds.slots() - 1) / rounds.slots();
  }

  /** Local steps in a round; fewer than in others in the last round of an epoch, if it is short. */
  public int stepsInRound(long round) {
    return (rounds.examplesInStep(round) + batchSize() - 1) / batchSize();
  }

  /** The step, from 0 over the whole job, that a round's first local step counts as. */
  public long firstStep(long round) {
    long stepsPerEpoch = (rounds.examples() + batchSize() - 1) / batchSize();
    long inEpoch = round % rounds.stepsPerEpoch();
    return rounds.epochOf(round) * stepsPerEpoch + inEpoch * localSteps;
  }

  /**
   * Offset inside the slot of the first example of a local step; equal parts up to one. The offset
   * of local step {@code stepsInRound(round)} is the slot's end.
   */
  public int offsetInSlot(long round, int slot, int localStep) {
    return (int) ((long) rounds.examplesInSlot(round, slot) * localStep / stepsInRound(round));
  }
}
