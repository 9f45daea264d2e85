package io.trireme.worker;

import org.agrona.DirectBuffer;

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
}
