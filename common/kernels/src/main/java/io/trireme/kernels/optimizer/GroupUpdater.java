package io.trireme.kernels.optimizer;

import java.util.List;
import org.agrona.MutableDirectBuffer;

/** The parameters of one block group, with their optimizer state. */
public interface GroupUpdater extends AutoCloseable {

  /** The group's parameters, in place. */
  MutableDirectBuffer parameters();

  /** Where the sum over slots is written before {@link #average}. */
  MutableDirectBuffer gradient();

  /**
   * What the optimizer remembers, in place, always in the same order: with the parameters all that
   * the next {@link #update} depends on.
   */
  List<MutableDirectBuffer> state();

  /**
   * Makes the sum a mean, and normalises it by layer.
   *
   * @param examples number of examples in the step
   * @param filledSlots number of slots that held an example
   */
  void average(int examples, int filledSlots);

  /**
   * Sum of squares of the mean gradient of one block's weights, by the block's index in the plan.
   */
  double sumOfSquares(int blockIndex);

  /**
   * Applies the mean gradient to the parameters.
   *
   * @param step the step, from 0
   * @param epoch the epoch, from 0
   * @param scale factor of the weights' gradient: below 1 where the global norm is clipped
   */
  void update(long step, int epoch, double scale);

  @Override
  void close();
}
