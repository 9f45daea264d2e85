package io.trireme.common.slots;

/**
 * Which examples of a seeded order belong to a step and to a slot. It depends on the job alone, not
 * on who is alive.
 *
 * @param examples examples in the training set
 * @param batchSize examples in a step
 * @param slots equal parts of a step
 */
public record SlotPlan(long examples, int batchSize, int slots) {

  public SlotPlan {
    if (examples < 1 || batchSize < 1 || slots < 1 || slots > batchSize) {
      throw new IllegalArgumentException(
          "examples " + examples + ", batch size " + batchSize + ", slots " + slots);
    }
  }

  /** Steps in an epoch; the last one may be short. */
  public long stepsPerEpoch() {
    return (examples + batchSize - 1) / batchSize;
  }

  /** The epoch, from 0, of a step counted from 0 over the whole job. */
  public int epochOf(long step) {
    return Math.toIntExact(step / stepsPerEpoch());
  }

  /** Examples in a step: the batch size, or less in the last step of an epoch. */
  public int examplesInStep(long step) {
    long first = firstOfStep(step);
    return (int) Math.min(batchSize, examples - first);
  }

  /** Position in its epoch's order of the first example of a step. */
  public long firstOfStep(long step) {
    return step % stepsPerEpoch() * batchSize;
  }

  /**
   * Offset inside the step of the first example of a slot; the offset of slot {@code slots} is the
   * step's end.
   */
  public int offsetOfSlot(long step, int slot) {
    return (int) ((long) examplesInStep(step) * slot / slots);
  }

  /**
   * Examples in a slot of a step: equal up to one; zero where a short step has fewer examples than
   * slots.
   */
  public int examplesInSlot(long step, int slot) {
    return offsetOfSlot(step, slot + 1) - offsetOfSlot(step, slot);
  }

  /** Slots of a step that hold at least one example. */
  public int filledSlots(long step) {
    return Math.min(slots, examplesInStep(step));
  }
}
