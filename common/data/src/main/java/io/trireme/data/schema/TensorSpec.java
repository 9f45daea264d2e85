package io.trireme.data.schema;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One named tensor of an example.
 *
 * @param name unique in its schema; also the name of its column
 * @param role what it is for
 * @param type how its numbers are stored
 * @param shape its dimensions per example, outermost first; empty for one number
 * @param variable whether the first dimension differs from example to example; the shape then holds
 *     its greatest size, and shorter examples are followed by zeros where a model reads them
 * @param categories how many classes its whole numbers 0 to {@code categories - 1} stand for; 0 if
 *     they are quantities, {@link #OPEN} if the training set's largest decides
 * @param scale what a stored number is multiplied with; 1 for categories
 */
public record TensorSpec(
    String name,
    Role role,
    ElementType type,
    List<Integer> shape,
    boolean variable,
    int categories,
    double scale)
    implements Serializable {

  /** Categories whose number is not known before the training set is read. */
  public static final int OPEN = -1;

  private static final int BYTE_VALUES = 256;

  public TensorSpec {
    shape = List.copyOf(shape);
    boolean sized = shape.stream().allMatch(size -> size > 0) && !(variable && shape.isEmpty());
    boolean counted = categories == 0 || (type != ElementType.FLOAT32 && scale == 1);
    boolean fits = type != ElementType.UINT8 || categories <= BYTE_VALUES;
    if (name.isEmpty()
        || !sized
        || categories < OPEN
        || !counted
        || !fits
        || !(scale > 0)
        || Double.isInfinite(scale)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor '%s': %s %s %s, categories %d, scale %s",
              name,
              role,
              type,
              shape,
              categories,
              scale));
    }
  }

  /** A tensor of fixed shape. */
  public TensorSpec(
      String name, Role role, ElementType type, List<Integer> shape, int categories, double scale) {
    this(name, role, type, shape, false, categories, scale);
  }

  /** The same tensor with another number of categories. */
  public TensorSpec withCategories(int number) {
    return new TensorSpec(name, role, type, shape, variable, number, scale);
  }

  /** Whether its numbers stand for classes. */
  public boolean isCategorical() {
    return categories != 0;
  }

  /** Stored numbers of one example; the most of them if it is variable. */
  public int length() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /** Stored numbers of one entry of the first dimension; 1 for one number. */
  public int stride() {
    return shape.stream().skip(1).reduce(1, Math::multiplyExact);
  }

  /**
   * Floats of one example as a model gets it: a label of categories is one-hot.
   *
   * @throws IllegalStateException if the number of categories is open
   */
  public int denseLength() {
    if (categories == OPEN) {
      throw new IllegalStateException("tensor '" + name + "' has an open number of categories");
    }
    return isOneHot() ? Math.multiplyExact(length(), categories) : length();
  }

  /** Whether a model gets a float for each category instead of the category's number. */
  public boolean isOneHot() {
    return role == Role.LABEL && isCategorical();
  }

  /** As a message says it: {@code image of 1 x 28 x 28}. */
  public String text() {
    String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(" x "));
    return name
        + (shape.isEmpty() ? " of one number" : " of " + (variable ? "up to " : "") + sizes);
  }
}
