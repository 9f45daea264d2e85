package io.trireme.driver.run;

import io.trireme.common.message.EncodingReport;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.coordinator.GlobalStep;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Gathers steps into intervals and tells the listener of each. */
final class ProgressMeter {

  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final TrainingPlan plan;
  private final TrainingListener listener;
  private long intervalStartNs;
  private long sentBefore;
  private long receivedBefore;
  private long examples;
  private long total;
  private double lossSum;
  private long staleness;
  private int skipped;
  private EncodingReport encodedBefore = EncodingReport.NOTHING;
  private @Nullable GlobalStep last;

  ProgressMeter(TrainingPlan plan, TrainingListener listener, long nowNs) {
    this.plan = plan;
    this.listener = listener;
    this.intervalStartNs = nowNs;
  }

  /**
   * Takes finished steps, and how far workers have been ahead of the slowest; tells the listener if
   * the interval is over, or the job.
   */
  void add(List<GlobalStep> steps, long stalenessMax, long nowNs) {
    staleness = stalenessMax;
    for (GlobalStep step : steps) {
      examples += step.examples();
      total += step.examples();
      lossSum += step.loss() * step.examples();
      skipped += step.nonFinite() == null ? 0 : 1;
      last = step;
    }
    GlobalStep newest = last;
    if (newest == null) {
      return;
    }
    boolean end = newest.step() + 1 == plan.spec().lastStep();
    if (end || nowNs - intervalStartNs >= INTERVAL_NS) {
      tell(newest, nowNs);
    }
  }

  /** Examples of all steps so far. */
  long total() {
    return total;
  }

  private static double ratio(long part, long whole) {
    return whole <= 0 ? 1 : (double) part / whole;
  }

  private void tell(GlobalStep newest, long nowNs) {
    EncodingReport now = newest.encoding();
    EncodingReport before = encodedBefore;
    double seconds = Math.max(1, nowNs - intervalStartNs) / 1e9;
    listener.progress(
        new Progress(
            newest.step() + 1,
            plan.spec().lastStep(),
            plan.spec().slots().epochOf(newest.step()) + 1,
            plan.job().epochs(),
            lossSum / examples,
            plan.learningRate(newest.step()),
            examples / seconds,
            newest.sentBytes() - sentBefore,
            newest.receivedBytes() - receivedBefore,
            ratio(
                now.plainBytes() - before.plainBytes(), now.encodedBytes() - before.encodedBytes()),
            Math.toIntExact(staleness),
            Math.sqrt(now.residualNormSquared()),
            ratio(now.sentFloats() - before.sentFloats(), now.floats() - before.floats()),
            skipped));
    encodedBefore = now;
    skipped = 0;
    sentBefore = newest.sentBytes();
    receivedBefore = newest.receivedBytes();
    intervalStartNs = nowNs;
    examples = 0;
    lossSum = 0;
    last = null;
  }
}
