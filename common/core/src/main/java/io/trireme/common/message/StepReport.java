package io.trireme.common.message;

import org.jspecify.annotations.Nullable;

/**
 * What one worker did in one step.
 *
 * @param generation the generation in which it was computed
 * @param step the step, from 0
 * @param slots its slots
 * @param score how well the model did on them
 * @param times where the time went
 * @param traffic what it has sent and received
 * @param nonFinite where its gradient was no number, so that the step is skipped; null if it was
 *     one
 */
public record StepReport(
    int generation,
    long step,
    SlotRange slots,
    Score score,
    Times times,
    Traffic traffic,
    @Nullable String nonFinite) {

  /**
   * The model's score.
   *
   * @param examples examples in the slots
   * @param sum sum of their scores
   */
  public record Score(int examples, double sum) {}

  /**
   * Times of a step, in nanoseconds.
   *
   * @param computeNs time spent on gradients
   * @param pushNs time spent on encoding and sending them
   * @param waitNs time spent waiting for parameters
   */
  public record Times(long computeNs, long pushNs, long waitNs) {}

  /**
   * A worker's traffic since it started.
   *
   * @param sentBytes bytes of frames sent
   * @param receivedBytes bytes of frames received
   * @param encoding what became of its gradients
   */
  public record Traffic(long sentBytes, long receivedBytes, EncodingReport encoding) {}
}
