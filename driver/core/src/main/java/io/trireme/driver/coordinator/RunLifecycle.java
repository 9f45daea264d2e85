package io.trireme.driver.coordinator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The phase of a run, and how it ended. The phase changes nowhere else. */
final class RunLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(RunLifecycle.class);

  private final String run;
  private CoordinatorPhase phase = CoordinatorPhase.GATHERING;
  private @Nullable String failure;
  private boolean lost;

  /** Of a run that has not begun. */
  RunLifecycle(String run) {
    this.run = run;
  }

  /**
   * Goes on to a phase, for a reason in words.
   *
   * @throws IllegalStateException if the present phase does not lead there
   */
  void become(CoordinatorPhase next, String why) {
    if (!phase.mayBecome(next)) {
      throw new IllegalStateException("run " + run + " cannot go from " + phase + " to " + next);
    }
    LOG.info("run {}: {} -> {}: {}", run, phase, next, why);
    phase = next;
  }

  /** Ends the run for an error; the first reason stands. */
  void fail(String reason) {
    if (!phase.isOver()) {
      failure = reason;
      become(CoordinatorPhase.FAILED, reason);
    }
  }

  /** Ends the run for the loss of members; a checkpoint may help. */
  void failOfLoss(String reason) {
    lost |= !phase.isOver();
    fail(reason);
  }

  CoordinatorPhase phase() {
    return phase;
  }

  boolean is(CoordinatorPhase other) {
    return phase == other;
  }

  boolean isOver() {
    return phase.isOver();
  }

  /** Why the run failed; null if it did not. */
  @Nullable String failure() {
    return failure;
  }

  /** Whether the run failed for the loss of members. */
  boolean isLost() {
    return lost;
  }
}
