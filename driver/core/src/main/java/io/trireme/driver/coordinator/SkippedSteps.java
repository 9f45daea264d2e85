package io.trireme.driver.coordinator;

import io.trireme.common.message.StepReport;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts the steps in a row that were skipped since some gradient was no number. */
final class SkippedSteps {

  private final int max;

  /** The newest of such steps, each with where its gradient was no number. */
  private final TreeMap<Long, String> steps = new TreeMap<>();

  /** With at most so many in a row. */
  SkippedSteps(int max) {
    this.max = max;
  }

  /** Takes a worker's report; returns why the run cannot go on, or null if it can. */
  @Nullable String note(StepReport report) {
    String where = report.nonFinite();
    if (where == null) {
      return null;
    }
    steps.putIfAbsent(report.step(), where);
    while (steps.size() > max + 1) {
      long unused = steps.pollFirstEntry().getKey();
    }
    boolean row = steps.lastKey() - steps.firstKey() == max;
    return steps.size() == max + 1 && row
        ? where
            + ", and so it was in the "
            + max
            + " steps before: training has diverged; lower the learning rate, warm it up, or clip"
            + " the gradient (optimizer.clipGlobalNorm)"
        : null;
  }
}
