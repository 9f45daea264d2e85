package io.trireme.worker.optimizer;

import io.trireme.common.config.NumberRange;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Named numbers against the ranges that they must lie in. */
final class RangeChecks {
  private RangeChecks() {}

  /**
   * Checks numbers.
   *
   * @param where what the numbers belong to, for messages
   * @param ranges the numbers that there can be
   * @param required those of them that must be there
   * @param problems receives what is wrong
   * @return whether nothing was
   */
  static boolean check(
      String where,
      Map<String, Double> numbers,
      Map<String, NumberRange> ranges,
      Set<String> required,
      List<String> problems) {
    int before = problems.size();
    ranges.forEach(
        (name, range) -> {
          Double value = numbers.get(name);
          if (value == null ? required.contains(name) : !range.contains(value)) {
            problems.add(
                where
                    + ": "
                    + name
                    + (value == null ? " is missing" : " is " + value)
                    + ", expected "
                    + range);
          }
        });
    for (String name : new TreeMap<>(numbers).keySet()) {
      if (!ranges.containsKey(name)) {
        problems.add(
            where
                + ": unknown number "
                + name
                + ", expected "
                + (ranges.isEmpty() ? "none" : "one of " + new TreeSet<>(ranges.keySet())));
      }
    }
    return problems.size() == before;
  }
}
