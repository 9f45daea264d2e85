package io.trireme.worker.engine;

/**
 * Sums the gradients of neighbouring slots where an engine computes them, so that only their sum
 * goes to the processor's memory. It has the bits of a sum along the reduction tree: a node of n
 * slots splits after the largest power of two below n.
 *
 * <p>One thread uses it and its engine. A sum that is left off is forgotten by the next start.
 */
public interface SlotSums {

  /**
   * Starts the sum of a node. Its slots are computed with the parameters as they are now.
   *
   * @param slots of the node, at least 1
   */
  void start(int slots);

  /** As {@link GradientEngine#compute}, but the gradient is added as the next slot's. */
  double add(int examples, long step, int epoch, long seed);

  /** Adds zeros as the gradient of the next slot, which has no examples. */
  void addEmpty();

  /** Makes {@link GradientEngine#gradient} the sum of all slots that were announced. */
  void finish();
}
