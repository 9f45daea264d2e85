package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.io.Serializable;
import java.util.List;

/**
 * What every row must be.
 *
 * @param features numbers of the features
 * @param labels numbers of the label
 * @param classes how many classes the label's only number stands for; 0 for quantities
 */
public record RowShape(int features, int labels, int classes) implements Serializable {

  private static final String FEATURES = "features";
  private static final String LABEL = "label";

  /** The tensors of such rows. */
  public ExampleSchema schema() {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                FEATURES, Role.FEATURE, ElementType.FLOAT32, List.of(features), false, 0, 1),
            classes == 0
                ? new TensorSpec(
                    LABEL, Role.LABEL, ElementType.FLOAT32, List.of(labels), false, 0, 1)
                : new TensorSpec(
                    LABEL, Role.LABEL, ElementType.INT32, List.of(), false, classes, 1)));
  }

  /**
   * Checks a row.
   *
   * @throws BadDataException if it is another than this
   */
  void check(ExampleRow row) {
    checkNumbers(FEATURES, row.features(), features);
    checkNumbers(LABEL, row.labels(), labels);
    if (classes > 0) {
      float label = row.labels()[0];
      if (label != (int) label || label < 0 || label >= classes) {
        throw new BadDataException(
            "label: expected a whole number from 0 to " + (classes - 1) + ", seen " + label);
      }
    }
  }

  private static void checkNumbers(String what, float[] seen, int expected) {
    if (seen.length != expected) {
      throw new BadDataException(
          what + ": expected " + expected + " numbers as in the first row, seen " + seen.length);
    }
    for (int i = 0; i < seen.length; i++) {
      if (!Float.isFinite(seen[i])) {
        throw new BadDataException(what + ": number " + i + " is " + seen[i]);
      }
    }
  }
}
