package io.trireme.driver.evaluate;

import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.nd4j.evaluation.classification.Evaluation;

/**
 * Examples counted by their class and by the class that a model tells. Counts of parts add up
 * exactly, in any order.
 */
final class ClassCounts {
  private final TensorSpec label;
  private final Evaluation counts;

  /** Counts of nothing, for a label of one class an example. */
  ClassCounts(TensorSpec label) {
    this.label = label;
    this.counts = new Evaluation(label.categories());
  }

  /**
   * The label that is evaluated: the first that is one class an example.
   *
   * @throws IllegalArgumentException if there is none
   */
  static TensorSpec label(ExampleSchema schema) {
    return labels(schema)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("no label of " + schema + " is one class an example"));
  }

  /** Whether {@link #label} finds one. */
  static boolean hasLabel(ExampleSchema schema) {
    return labels(schema).findAny().isPresent();
  }

  private static Stream<TensorSpec> labels(ExampleSchema schema) {
    return schema.of(Role.LABEL).stream()
        .filter(tensor -> tensor.isOneHot() && tensor.length() == 1);
  }

  /**
   * Counts the first rows.
   *
   * @param labels one-hot, row by row
   * @param outputs what the model says of each class, row by row; the largest, and of equal ones
   *     the first, is what it tells
   */
  void add(DirectBuffer labels, DirectBuffer outputs, int rows) {
    int classes = label.categories();
    for (int row = 0; row < rows; row++) {
      counts.eval(largest(outputs, row * classes), largest(labels, row * classes));
    }
  }

  private int largest(DirectBuffer floats, int from) {
    int best = 0;
    for (int c = 1; c < label.categories(); c++) {
      if (floats.getFloat((from + c) * Float.BYTES)
          > floats.getFloat((from + best) * Float.BYTES)) {
        best = c;
      }
    }
    return best;
  }

  /** The counts as text. */
  String toJson() {
    return counts.toJson();
  }

  /** The sum of counts of one label, each as {@link #toJson} gave it; one or more. */
  static Evaluation sum(List<String> parts) {
    Evaluation sum = Evaluation.fromJson(parts.get(0));
    parts.stream().skip(1).map(Evaluation::fromJson).forEach(sum::merge);
    return sum;
  }
}
