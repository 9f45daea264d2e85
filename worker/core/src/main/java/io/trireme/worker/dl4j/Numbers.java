package io.trireme.worker.dl4j;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Named numbers of a job file, taken one by one; what is wrong with them goes to one list. */
final class Numbers {

  /** Which values are allowed. */
  enum Domain {
    ANY("any number"),
    POSITIVE("a number above 0"),
    NOT_NEGATIVE("a number of 0 or more"),
    FRACTION("a number from 0 to below 1"),
    COUNT("a whole number of 1 or more"),
    WHOLE("a whole number");

    private final String words;

    Domain(String words) {
      this.words = words;
    }

    boolean allows(double value) {
      return Double.isFinite(value)
          && switch (this) {
            case ANY -> true;
            case POSITIVE -> value > 0;
            case NOT_NEGATIVE -> value >= 0;
            case FRACTION -> value >= 0 && value < 1;
            case COUNT -> value >= 1 && value == (int) value;
            case WHOLE -> value == (int) value;
          };
    }
  }

  private final String where;
  private final Map<String, Double> values;
  private final List<String> problems;
  private final Set<String> taken = new HashSet<>();

  /**
   * Numbers to take.
   *
   * @param where what the numbers belong to, for messages
   * @param problems receives what is wrong
   */
  Numbers(String where, Map<String, Double> values, List<String> problems) {
    this.where = where;
    this.values = values;
    this.problems = problems;
  }

  /**
   * Takes a number.
   *
   * @param otherwise its value where it is absent; null if it must be there
   */
  double take(String name, Domain domain, @Nullable Double otherwise) {
    taken.add(name);
    Double value = values.get(name);
    if (value == null) {
      if (otherwise == null) {
        problems.add(where + ": " + name + " is missing, expected " + domain.words);
        return 1;
      }
      return otherwise;
    }
    if (!domain.allows(value)) {
      problems.add(where + ": " + name + " is " + value + ", expected " + domain.words);
      return 1;
    }
    return value;
  }

  /** Takes a whole number that must be there. */
  int takeInt(String name, Domain domain) {
    return (int) take(name, domain, null);
  }

  /** Reports the numbers that nobody took. */
  void refuseOthers() {
    for (String name : new TreeSet<>(values.keySet())) {
      if (!taken.contains(name)) {
        problems.add(
            where
                + ": unknown number "
                + name
                + ", expected "
                + (taken.isEmpty() ? "none" : "one of " + new TreeSet<>(taken)));
      }
    }
  }
}
