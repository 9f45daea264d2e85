package io.trireme.worker.engine;

import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import java.util.List;

/**
 * What the data says of its examples.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param channels channels of an image; an example's floats are channel by channel, row by row
 * @param classes number of classes
 */
public record InputFacts(int height, int width, int channels, int classes) {
  public InputFacts {
    if (height < 1 || width < 1 || channels < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "height "
              + height
              + ", width "
              + width
              + ", channels "
              + channels
              + ", classes "
              + classes);
    }
  }

  /** What a schema of one feature and one label of categories says. */
  public static InputFacts of(ExampleSchema schema) {
    TensorSpec feature = schema.of(Role.FEATURE).get(0);
    List<Integer> shape = feature.shape();
    int classes = schema.of(Role.LABEL).get(0).categories();
    return shape.size() == 3
        ? new InputFacts(shape.get(1), shape.get(2), shape.get(0), classes)
        : new InputFacts(1, feature.length(), 1, classes);
  }

  /** Floats of one example. */
  public int featureLength() {
    return Math.multiplyExact(Math.multiplyExact(height, width), channels);
  }

  @Override
  public String toString() {
    return height
        + "x"
        + width
        + "x"
        + channels
        + " ("
        + featureLength()
        + " values), "
        + classes
        + " classes";
  }
}
