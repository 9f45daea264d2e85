package io.trireme.driver.prepare;

import io.trireme.data.TensorSummary;
import io.trireme.data.schema.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the examples of a part of a set, or of all of it, have in one tensor.
 *
 * @param count how many numbers
 * @param sum their sum, as they are stored
 * @param squares the sum of their squares
 * @param categories what occurs of categories; empty for quantities
 */
record TensorTally(
    long count, double sum, double squares, SortedMap<Integer, Category> categories) {

  /**
   * A category that occurs.
   *
   * @param count how often
   * @param first index of the first example that has it
   * @param place where that example stands in the source
   */
  record Category(long count, long first, String place) {
    private Category after(long examples) {
      return new Category(count, first + examples, place);
    }

    private Category plus(Category later) {
      return new Category(count + later.count, first, place);
    }
  }

  /** The tally of both parts, of which the first has so many examples. */
  TensorTally plus(TensorTally later, long examples) {
    SortedMap<Integer, Category> both = new TreeMap<>(categories);
    later.categories.forEach(
        (category, seen) -> both.merge(category, seen.after(examples), Category::plus));
    return new TensorTally(count + later.count, sum + later.sum, squares + later.squares, both);
  }

  /** The tensor's summary; categories beyond those of the tensor must not occur. */
  TensorSummary summary(TensorSpec tensor) {
    double mean = count == 0 ? 0 : sum / count;
    double variance = count == 0 ? 0 : Math.max(0, squares / count - mean * mean);
    List<Long> counts = new ArrayList<>();
    for (int category = 0; category < tensor.categories(); category++) {
      Category seen = categories.get(category);
      counts.add(seen == null ? 0 : seen.count);
    }
    return new TensorSummary(mean * tensor.scale(), Math.sqrt(variance) * tensor.scale(), counts);
  }
}
