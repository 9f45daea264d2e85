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
public record NumberRange(double min, boolean minOpen, double max, boolean maxOpen, boolean whole) {

  /** Any number above zero. */
  public static final NumberRange POSITIVE =
      new NumberRange(0, true, Double.POSITIVE_INFINITY, false, false);

  /** Zero and above. */
  public static final NumberRange NOT_NEGATIVE =
      new NumberRange(0, false, Double.POSITIVE_INFINITY, false, false);

  /** From 0 up to, not including, 1: what a decay of a running mean can be. */
  public static final NumberRange BELOW_ONE = new NumberRange(0, false, 1, true, false);

  /** Any finite number. */
  public static final NumberRange ANY =
      new NumberRange(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false, false);

  /** Whole numbers from 1 that fit an int. */
  public static final NumberRange COUNT = new NumberRange(1, false, Integer.MAX_VALUE, false, true);

  /** Whole numbers from 0 that fit an int. */
  public static final NumberRange INDEX = new NumberRange(0, false, Integer.MAX_VALUE, false, true);

  /** Whole numbers between two, both included. */
  public static NumberRange whole(int min, int max) {
    return new NumberRange(min, false, max, false, true);
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
