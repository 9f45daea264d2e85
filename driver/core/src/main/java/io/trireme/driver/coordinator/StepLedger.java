package io.trireme.driver.coordinator;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.StepReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts the workers' reports of each step together, slot by slot. */
final class StepLedger {

  private final int slots;
  private final Consumer<GlobalStep> follower;
  private final Map<Long, Long> sentBytes = new HashMap<>();
  private final Map<Long, Long> receivedBytes = new HashMap<>();
  private final Map<Long, EncodingReport> encodings = new HashMap<>();
  private final List<GlobalStep> finished = new ArrayList<>();
  private final TreeMap<Long, Open> open = new TreeMap<>();

  private long next;

  private static final class Open {
    final boolean[] reported;
    int missing;
    int examples;
    double scoreSum;
    long computeNs;
    long waitNs;
    long stepNs;
    @Nullable String nonFinite;

    Open(int slots) {
      reported = new boolean[slots];
      missing = slots;
    }
  }

  /** Tells each step to the follower, too. */
  StepLedger(int slots, long firstStep, Consumer<GlobalStep> follower) {
    this.follower = follower;
    this.slots = slots;
    this.next = firstStep;
  }

  /**
   * Takes a worker's report of a step. Slots that were told before are passed over: since the
   * receipt got lost, or the step was computed again after a loss.
   *
   * @param life the incarnation of the worker
   * @return whether it was new
   */
  boolean note(long life, StepReport report) {
    sentBytes.merge(life, report.traffic().sentBytes(), Math::max);
    receivedBytes.merge(life, report.traffic().receivedBytes(), Math::max);
    encodings.merge(
        life, report.traffic().encoding(), (a, b) -> b.plainBytes() >= a.plainBytes() ? b : a);
    if (report.step() < next || report.slots().from() < 0 || report.slots().to() > slots) {
      return false;
    }
    Open step = open.computeIfAbsent(report.step(), unused -> new Open(slots));
    boolean fresh = false;
    boolean all = true;
    for (int slot = report.slots().from(); slot < report.slots().to(); slot++) {
      fresh |= !step.reported[slot];
      all &= !step.reported[slot];
    }
    if (!fresh) {
      return false;
    }
    for (int slot = report.slots().from(); slot < report.slots().to(); slot++) {
      if (!step.reported[slot]) {
        step.reported[slot] = true;
        step.missing--;
      }
    }
    if (all) {
      step.examples += report.score().examples();
      step.scoreSum += report.score().sum();
    }
    step.nonFinite = step.nonFinite == null ? report.nonFinite() : step.nonFinite;
    step.computeNs = Math.max(step.computeNs, report.times().computeNs());
    step.waitNs = Math.max(step.waitNs, report.times().waitNs());
    step.stepNs =
        Math.max(
            step.stepNs,
            report.times().computeNs() + report.times().pushNs() + report.times().waitNs());
    tell();
    return true;
  }

  /** Tells every step before this one, though a worker may have died with its reports. */
  void pass(long step) {
    while (!open.isEmpty() && open.firstKey() < step) {
      tellFirst();
    }
    next = Math.max(next, step);
  }

  /** The first step that is not told yet. */
  long next() {
    return next;
  }

  private void tell() {
    Map.Entry<Long, Open> first = open.firstEntry();
    while (first != null && first.getKey() == next && first.getValue().missing == 0) {
      tellFirst();
      first = open.firstEntry();
    }
  }

  private void tellFirst() {
    Map.Entry<Long, Open> first = open.pollFirstEntry();
    Open step = first.getValue();
    next = first.getKey() + 1;
    GlobalStep told =
        new GlobalStep(
            first.getKey(),
            step.examples,
            step.scoreSum / Math.max(1, step.examples),
            step.computeNs,
            step.waitNs,
            step.stepNs,
            sum(sentBytes),
            sum(receivedBytes),
            encodings.values().stream().reduce(EncodingReport.NOTHING, EncodingReport::plus),
            step.nonFinite);
    finished.add(told);
    follower.accept(told);
  }

  /**
   * Notes that a life has left, after what became of its gradients.
   *
   * @return the square of the norm of what it could not hand over, which is lost with it
   */
  double leave(long life, EncodingReport last) {
    encodings.put(life, last);
    return loseResidual(life);
  }

  /**
   * Notes that a life is lost, and its residual with it.
   *
   * @return the square of the residual's norm, as it was last told
   */
  double loseResidual(long life) {
    EncodingReport last = encodings.get(life);
    if (last == null) {
      return 0;
    }
    encodings.put(
        life,
        new EncodingReport(
            last.plainBytes(), last.encodedBytes(), last.floats(), last.sentFloats(), 0));
    return last.residualNormSquared();
  }

  private static long sum(Map<Long, Long> values) {
    return values.values().stream().mapToLong(Long::longValue).sum();
  }

  List<GlobalStep> take() {
    List<GlobalStep> taken = List.copyOf(finished);
    finished.clear();
    return taken;
  }
}
