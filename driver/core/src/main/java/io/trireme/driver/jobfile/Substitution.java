package io.trireme.driver.jobfile;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}} by the environment's value and {@code ${NAME:-default}} by the default
 * where NAME is unset or empty, as a shell does. A default may itself hold such expressions.
 */
final class Substitution {

  /** Why a value cannot be substituted. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }
  }

  private static final Pattern HEAD = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(:-)?");

  private final Map<String, String> env;

  Substitution(Map<String, String> env) {
    this.env = env;
  }

  /**
   * The text with values in place of names.
   *
   * @param unset receives the names whose defaults were taken
   */
  String apply(String text, List<String> unset) throws Failure {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (true) {
      int open = text.indexOf("${", at);
      if (open < 0) {
        return out.append(text, at, text.length()).toString();
      }
      int close = closing(text, open);
      out.append(text, at, open).append(value(text.substring(open + 2, close), unset));
      at = close + 1;
    }
  }

  private static int closing(String text, int open) throws Failure {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.startsWith("${", i)) {
        depth++;
      } else if (text.charAt(i) == '}' && --depth == 0) {
        return i;
      }
    }
    throw new Failure(
        "\"" + text + "\" has a ${ without its }; expected ${NAME} or ${NAME:-default}");
  }

  private String value(String inner, List<String> unset) throws Failure {
    Matcher head = HEAD.matcher(inner);
    boolean hasDefault = head.lookingAt() && head.group(2) != null;
    if (!head.lookingAt() || (!hasDefault && head.end() != inner.length())) {
      throw new Failure("${" + inner + "} is malformed; expected ${NAME} or ${NAME:-default}");
    }
    String name = head.group(1);
    String value = env.get(name);
    if (hasDefault) {
      if (value != null && !value.isEmpty()) {
        return value;
      }
      unset.add(name);
      return apply(inner.substring(head.end()), unset);
    }
    if (value == null) {
      throw new Failure(
          "environment variable "
              + name
              + " is not set; set it, or write ${"
              + name
              + ":-default}");
    }
    return value;
  }
}
