package io.trireme.worker.dl4j;

import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which mask or weight of a schema goes with which tensor. */
final class MaskBinding {
  private static final String SUFFIX = "_mask";
  private static final int NONE = -1;

  private final ExampleSchema schema;
  private final List<TensorSpec> left;

  MaskBinding(ExampleSchema schema) {
    this.schema = schema;
    this.left = new ArrayList<>(schema.of(Role.MASK));
    if (schema.of(Role.WEIGHT).size() > 1) {
      throw new BadModelException(
          List.of("the data has the weights " + names(schema.of(Role.WEIGHT)) + ", expected one"));
    }
  }

  /** The tensor that a mask masks. */
  private static String masked(TensorSpec mask) {
    String name = mask.name();
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
  }

  /**
   * The index in the schema of a tensor's mask; negative if it has none.
   *
   * @throws BadModelException if its mask is not one number for each time step
   */
  int of(TensorSpec tensor) {
    for (TensorSpec mask : List.copyOf(left)) {
      if (masked(mask).equals(tensor.name())) {
        left.remove(mask);
        int steps = tensor.shape().isEmpty() ? 1 : tensor.shape().get(0);
        if (mask.denseLength() != steps) {
          throw new BadModelException(
              List.of(
                  String.format(
                      Locale.ROOT,
                      "the mask %s has %d values, expected %d, the first dimension of %s",
                      mask.name(),
                      mask.denseLength(),
                      steps,
                      tensor.name())));
        }
        return schema.indexOf(mask.name());
      }
    }
    return NONE;
  }

  /**
   * The index in the schema of a label's mask, or of the weight of examples; negative if there is
   * neither.
   *
   * @throws BadModelException if there are both, or the weight is to go with a sequence
   */
  int ofLabel(TensorSpec label) {
    int mask = of(label);
    List<TensorSpec> weights = schema.of(Role.WEIGHT);
    if (weights.isEmpty()) {
      return mask;
    }
    if (mask != NONE || !label.shape().isEmpty()) {
      throw new BadModelException(
          List.of(
              String.format(
                  Locale.ROOT,
                  "the label %s of shape %s beside the weight %s: weights are for labels of one number or class",
                  label.name(),
                  label.shape(),
                  weights.get(0).name())));
    }
    return schema.indexOf(weights.get(0).name());
  }

  /**
   * Refuses masks of nothing.
   *
   * @throws BadModelException if a mask was not asked for
   */
  void refuseOthers() {
    if (!left.isEmpty()) {
      throw new BadModelException(
          List.of(
              "the masks "
                  + names(left)
                  + " belong to no feature or label of "
                  + names(schema.tensors())
                  + "; a mask's name is that of its tensor and "
                  + SUFFIX));
    }
  }

  private static List<String> names(List<TensorSpec> tensors) {
    return tensors.stream().map(TensorSpec::name).toList();
  }
}
