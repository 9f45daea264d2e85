package io.trireme.data;

import java.util.List;

/**
 * What the examples of a set have in one tensor.
 *
 * @param mean mean of the scaled numbers
 * @param standardDeviation standard deviation of the scaled numbers
 * @param categoryCounts how often each category occurs; empty for quantities
 */
public record TensorSummary(double mean, double standardDeviation, List<Long> categoryCounts) {

  public TensorSummary {
    categoryCounts = List.copyOf(categoryCounts);
  }
}
