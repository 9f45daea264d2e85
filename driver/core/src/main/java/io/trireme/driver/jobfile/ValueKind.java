package io.trireme.driver.jobfile;

import io.trireme.common.config.NumberRange;
import io.trireme.common.config.Spelling;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a key's text may be.
 *
 * @param parse the value of a text; null if the text is refused
 * @param expected what to say of a refused text
 * @param placeholder a stand-in for a refused value, so that reading goes on to the next mistake
 */
record ValueKind<T>(Parser<T> parse, Function<String, String> expected, T placeholder) {

  /** Text into a value, or null. */
  interface Parser<T> {
    @Nullable T of(String text);
  }

  /** Numbers as YAML 1.2's core schema has them. */
  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final Pattern BYTES = Pattern.compile("([0-9]{1,9})\\s*(KiB|MiB|)");

  /** Any number of a range. */
  static ValueKind<Double> number(NumberRange range) {
    return number(range, 1.0);
  }

  /** Any number of a range, with a stand-in of its own: one that stays inside as a float. */
  static ValueKind<Double> number(NumberRange range, double placeholder) {
    return new ValueKind<>(
        text -> {
          Double value = decimal(text);
          return value != null && range.contains(value) && fits(value, range) ? value : null;
        },
        text -> {
          Double value = decimal(text);
          return "expected "
              + range
              + (value != null && range.contains(value) ? ", in the precision of 32 bits" : "");
        },
        placeholder);
  }

  /** A whole number of a range. */
  static ValueKind<Integer> count(NumberRange range) {
    return new ValueKind<>(
        text -> {
          Double value = WHOLE.matcher(text).matches() ? decimal(text) : null;
          return value != null && range.contains(value) ? (Integer) value.intValue() : null;
        },
        text -> "expected " + range,
        1);
  }

  /** A whole number of 64 bits. */
  static ValueKind<Long> seed() {
    return new ValueKind<>(
        text -> {
          try {
            return WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
          } catch (NumberFormatException e) {
            return null;
          }
        },
        text -> "expected a whole number of 64 bits",
        0L);
  }

  /** Text of a form. */
  static ValueKind<String> text(Pattern form, String expected) {
    return new ValueKind<>(
        text -> form.matcher(text).matches() ? text : null, text -> "expected " + expected, "?");
  }

  /** A path or URI. */
  static ValueKind<String> path() {
    return new ValueKind<>(
        text -> text.isBlank() ? null : text, text -> "expected a path or a URI", "?");
  }

  /** One of some words. */
  static ValueKind<String> word(String what, List<String> words) {
    return new ValueKind<>(
        text -> words.contains(text) ? text : null,
        text -> Spelling.hint(what, text, words),
        words.get(0));
  }

  /** Yes or no. */
  static ValueKind<Boolean> flag() {
    return new ValueKind<>(
        text -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null,
        text -> "expected true or false",
        true);
  }

  /** A length: a whole number of bytes, {@code KiB} or {@code MiB}. */
  static ValueKind<Integer> bytes(int min, int max, String expected) {
    return new ValueKind<>(
        text -> {
          Matcher matcher = BYTES.matcher(text);
          if (!matcher.matches()) {
            return null;
          }
          long unit =
              switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "kib" -> 1L << 10;
                case "mib" -> 1L << 20;
                default -> 1L;
              };
          long value = Long.parseLong(matcher.group(1)) * unit;
          return value >= min && value <= max ? (Integer) (int) value : null;
        },
        text -> "expected " + expected,
        min);
  }

  private static @Nullable Double decimal(String text) {
    return DECIMAL.matcher(text).matches() ? Double.valueOf(text) : null;
  }

  /** Whether a number is still one of the range where it is computed with. */
  private static boolean fits(double value, NumberRange range) {
    float rounded = (float) value;
    return range.contains(rounded) && (value == 0 || rounded != 0);
  }
}
