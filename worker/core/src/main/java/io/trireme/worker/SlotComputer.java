package io.trireme.worker;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Computes the gradient of one slot. */
public interface SlotComputer {

  /**
   * Computes the gradient of a slot that holds at least one example, with the parameters as they
   * stand.
   *
   * @param step the step, from 0
   * @param slot the slot, from 0
   * @return the mean score of the slot's examples
   */
  double compute(long step, int slot);

  /**
   * The sum over the slot's examples of their gradients, off heap; valid until the next {@link
   * #compute}.
   */
  DirectBuffer gradient();

  /** What sums slots where they are computed; null if the caller has to. */
  default @Nullable Sums sums() {
    return null;
  }

  /** Sums the slots of a node along the reduction tree. */
  interface Sums {

    /** Starts the sum of a node of so many slots; what was added before is forgotten. */
    void start(int slots);

    /** As {@link SlotComputer#compute}, but the gradient is added as the next slot's. */
    double add(long step, int slot);

    /** Adds the next slot, which has no examples. */
    void addEmpty();

    /** The node's sum, valid until the next computation. */
    DirectBuffer finish();
  }
}
