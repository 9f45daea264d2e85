package io.trireme.data.schema;

import java.util.List;

/**
 * One named tensor of an example.
 *
 * @param name unique in its schema; also the name of its column
 * @param role what it is for
 * @param type how its numbers are stored
 * @param shape its dimensions per example, outermost first; empty for one number; the first may be
 *     {@link #VARIABLE}
 * @param categories how many classes its whole numbers 0 to {@code categories - 1} stand for; 0 if
 *     they are quantities
 * @param scale what a stored number is multiplied with; 1 for categories
 */
public record TensorSpec(
    String name, Role role, ElementType type, List<Integer> shape, int categories, float scale) {

  /** A first dimension whose length differs from example to example. */
  public static final int VARIABLE = -1;

  public TensorSpec {
    shape = List.copyOf(shape);
    if (name.isEmpty() || categories < 0 || !(scale > 0) || Float.isInfinite(scale)) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': categories " + categories + ", scale " + scale);
    }
    for (int i = 0; i < shape.size(); i++) {
      int size = shape.get(i);
      if (size < 1 && !(i == 0 && size == VARIABLE)) {
        throw new IllegalArgumentException("tensor '" + name + "': shape " + shape);
      }
    }
  }

  /** Whether its length differs from example to example. */
  public boolean isVariable() {
    return !shape.isEmpty() && shape.get(0) == VARIABLE;
  }

  /**
   * Stored numbers of one example.
   *
   * @throws IllegalStateException if it is variable
   */
  public int length() {
    if (isVariable()) {
      throw new IllegalStateException("tensor '" + name + "' has a variable length");
    }
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /** Floats of one example as a model gets it: a label of categories is one-hot. */
  public int denseLength() {
    return isOneHot() ? Math.multiplyExact(length(), categories) : length();
  }

  /** Whether a model gets a float for each category instead of the category's number. */
  public boolean isOneHot() {
    return role == Role.LABEL && categories > 0;
  }
}
