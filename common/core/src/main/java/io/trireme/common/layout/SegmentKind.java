package io.trireme.common.layout;

/** What the floats of a segment are, which decides how contributions to them are combined. */
public enum SegmentKind {
  /**
   * A trained weight: contributions are gradients, summed over examples and divided by their
   * number.
   */
  WEIGHT,
  /**
   * A running statistic, such as the mean and variance of batch normalisation: contributions are
   * deltas, averaged over slots, never divided by the number of examples.
   */
  STATISTIC
}
