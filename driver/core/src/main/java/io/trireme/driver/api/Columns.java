package io.trireme.driver.api;

import java.util.List;

/**
 * How the columns of a data frame become examples. A feature column holds a number, an array of
 * numbers or a vector of Spark's; several are joined in their order.
 */
public final class Columns {
  private final List<String> features;
  private final List<String> labels;
  private final int classes;

  private Columns(List<String> features, List<String> labels, int classes) {
    this.features = features;
    this.labels = labels;
    this.classes = classes;
  }

  /** What the model gets; say next what it should answer. */
  public static Columns features(String... columns) {
    return new Columns(some("features", columns), List.of(), 0);
  }

  /**
   * The label is a class.
   *
   * @param column holds whole numbers from 0 to {@code count - 1}
   * @param count how many classes there are, at least 1
   */
  public Columns classes(String column, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "classes of column " + column + ": expected at least 1, seen " + count);
    }
    return new Columns(features, List.of(column), count);
  }

  /** The label is the numbers of these columns. */
  public Columns quantities(String... columns) {
    return new Columns(features, some("quantities", columns), 0);
  }

  private static List<String> some(String what, String... columns) {
    if (columns.length == 0) {
      throw new IllegalArgumentException(what + ": expected a column, seen none");
    }
    return List.of(columns);
  }

  List<String> features() {
    return features;
  }

  List<String> labels() {
    return labels;
  }

  int count() {
    return classes;
  }
}
