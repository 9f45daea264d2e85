package io.trireme.common.config;

/**
 * The numbers that a key takes.
 *
 * @param min the least
 * @param minOpen whether the least itself is refused
 * @param max the greatest; infinite for no limit
 * @param maxOpen whether the greatest itself is refused
 * @param whole whether fractions are refused
 */
public record Range(double min, boolean minOpen, double max, boolean maxOpen, boolean whole) {

  /** Any number above zero. */
  public static final Range POSITIVE = new Range(0, true, Double.POSITIVE_INFINITY, false, false);

  /** Zero and above. */
  public static final Range NOT_NEGATIVE =
      new Range(0, false, Double.POSITIVE_INFINITY, false, false);

  /** From 0 up to, not including, 1: what a decay of a running mean can be. */
  public static final Range BELOW_ONE = new Range(0, false, 1, true, false);

  /** Any finite number. */
  public static final Range ANY =
      new Range(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false, false);

  /** Whole numbers from 1 that fit an int. */
  public static final Range COUNT = new Range(1, false, Integer.MAX_VALUE, false, true);

  /** Whole numbers from 0 that fit an int. */
  public static final Range INDEX = new Range(0, false, Integer.MAX_VALUE, false, true);

  /** Whole numbers between two, both included. */
  public static Range whole(int min, int max) {
    return new Range(min, false, max, false, true);
  }

  /** Whether a finite value lies inside. */
  public boolean contains(double value) {
    return Double.isFinite(value)
        && (minOpen ? value > min : value >= min)
        && (maxOpen ? value < max : value <= max)
        && (!whole || value == Math.rint(value));
  }

  /** As a message says it: {@code a number above 0}. */
  @Override
  public String toString() {
    String text = whole ? "a whole number" : "a number";
    if (min != Double.NEGATIVE_INFINITY) {
      text += (minOpen ? " above " : " from ") + plain(min);
    }
    if (max != Double.POSITIVE_INFINITY) {
      text += (maxOpen ? " to below " : " to ") + plain(max);
    }
    return text;
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
