package io.trireme.common.message;

/**
 * Consecutive slots of a step.
 *
 * @param from the first slot
 * @param to the first slot after them
 */
public record SlotRange(int from, int to) {

  /** No slots. */
  public static final SlotRange NONE = new SlotRange(0, 0);

  /** Whether there are no slots in it. */
  public boolean isEmpty() {
    return from >= to;
  }

  /** Whether a slot is in it. */
  public boolean contains(int slot) {
    return slot >= from && slot < to;
  }
}
