package io.trireme.driver.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Finds workers that compute much longer than the others, for whom all others wait. */
final class Stragglers {

  private static final int STEPS = 32;
  private static final double FACTOR = 2;
  private static final long WORTH_TELLING_NS = TimeUnit.MILLISECONDS.toNanos(20);

  /** The median of each worker's newest steps, as of every {@link #STEPS} of them. */
  private final Map<Integer, Long> medians = new TreeMap<>();

  private final Map<Integer, long[]> recent = new TreeMap<>();
  private final Map<Integer, Integer> counts = new TreeMap<>();
  private final Set<Integer> told = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();

  /** Notes how long a worker computed for one step. */
  void note(int worker, long computeNs) {
    long[] times = recent.computeIfAbsent(worker, unused -> new long[STEPS]);
    int count = counts.merge(worker, 1, Integer::sum);
    times[count % STEPS] = computeNs;
    if (count % STEPS == 0) {
      long own = median(times);
      medians.put(worker, own);
      compare(worker, own);
    }
  }

  private void compare(int worker, long own) {
    long[] others = new long[medians.size() - 1];
    int at = 0;
    for (Map.Entry<Integer, Long> other : medians.entrySet()) {
      if (other.getKey() != worker) {
        others[at++] = other.getValue();
      }
    }
    if (at == 0) {
      return;
    }
    long typical = median(others);
    boolean late = own > FACTOR * typical && own - typical > WORTH_TELLING_NS;
    if (!late) {
      told.remove(worker);
    } else if (told.add(worker)) {
      warnings.add(
          "worker "
              + worker
              + " is late: it computes "
              + TimeUnit.NANOSECONDS.toMillis(own)
              + " ms a step, the others "
              + TimeUnit.NANOSECONDS.toMillis(typical)
              + " ms; all wait for it");
    }
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  List<String> take() {
    List<String> taken = List.copyOf(warnings);
    warnings.clear();
    return taken;
  }
}
