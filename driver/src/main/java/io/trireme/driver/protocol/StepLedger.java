package io.trireme.driver.protocol;

import io.trireme.common.control.StepReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts the workers' reports of each step together. */
final class StepLedger {

  private final int workers;
  private final long[] sentBytes;
  private final long[] receivedBytes;
  private final long[] nextStep;
  private final List<GlobalStep> finished = new ArrayList<>();
  private final Map<Long, Open> open = new HashMap<>();

  private static final class Open {
    int reports;
    int examples;
    double scoreSum;
    long computeNs;
    long waitNs;
  }

  StepLedger(int workers) {
    this.workers = workers;
    sentBytes = new long[workers];
    receivedBytes = new long[workers];
    nextStep = new long[workers];
  }

  /**
   * Takes a worker's report of a step; one that was taken before, since its receipt got lost, is
   * passed over.
   *
   * @return whether it was new
   */
  boolean note(int worker, StepReport report) {
    if (report.step() < nextStep[worker]) {
      return false;
    }
    nextStep[worker] = report.step() + 1;
    sentBytes[worker] = report.sentBytes();
    receivedBytes[worker] = report.receivedBytes();
    Open step = open.computeIfAbsent(report.step(), unused -> new Open());
    step.reports++;
    step.examples += report.examples();
    step.scoreSum += report.scoreSum();
    step.computeNs = Math.max(step.computeNs, report.computeNs());
    step.waitNs = Math.max(step.waitNs, report.waitNs());
    if (step.reports == workers) {
      open.remove(report.step());
      finished.add(
          new GlobalStep(
              report.step(),
              step.examples,
              step.scoreSum / step.examples,
              step.computeNs,
              step.waitNs,
              sum(sentBytes),
              sum(receivedBytes)));
    }
    return true;
  }

  private static long sum(long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum;
  }

  List<GlobalStep> take() {
    List<GlobalStep> taken = List.copyOf(finished);
    finished.clear();
    return taken;
  }
}
