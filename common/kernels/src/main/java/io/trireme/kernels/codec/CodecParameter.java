package io.trireme.kernels.codec;

/**
 * A parameter that a codec knows.
 *
 * @param name the key in the job file
 * @param defaultValue what holds where nothing is said
 * @param min the least value that is accepted
 * @param max the greatest value that is accepted
 * @param whole whether only whole numbers are accepted
 * @param doc one line on what it does, with its unit
 */
public record CodecParameter(
    String name, double defaultValue, double min, double max, boolean whole, String doc) {

  /** Whether the value is one that this parameter accepts. */
  public boolean accepts(double value) {
    return value >= min && value <= max && (!whole || value == Math.rint(value));
  }

  /** What it accepts, for messages: {@code a whole number from 1 to 8}. */
  public String expected() {
    return (whole ? "a whole number" : "a number") + " from " + text(min) + " to " + text(max);
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  static CodecParameter number(String name, double value, double min, double max, String doc) {
    return new CodecParameter(name, value, min, max, false, doc);
  }

  static CodecParameter count(String name, int value, int min, int max, String doc) {
    return new CodecParameter(name, value, min, max, true, doc);
  }
}
