package io.trireme.driver.coordinator;

import java.util.EnumSet;
import java.util.Set;

/** Where a run stands. */
public enum CoordinatorPhase {
  /** No executor has been given servers yet. */
  GATHERING,
  /** Servers are starting on their executors. */
  PLACING,
  /** Servers are ready; workers are joining. */
  JOINING,
  /** All members seal for the next generation. */
  FORMING,
  /** Workers and servers are members of a generation, and train. */
  TRAINING,
  /** The driver has the workers' results. */
  FINISHED,
  /** The run cannot go on. */
  FAILED;

  private static final Set<CoordinatorPhase> NONE = EnumSet.noneOf(CoordinatorPhase.class);

  private Set<CoordinatorPhase> next() {
    return switch (this) {
      case GATHERING -> EnumSet.of(PLACING, FAILED);
      case PLACING -> EnumSet.of(JOINING, FAILED);
      case JOINING -> EnumSet.of(PLACING, FORMING, FAILED);
      case FORMING -> EnumSet.of(TRAINING, FINISHED, FAILED);
      case TRAINING -> EnumSet.of(FORMING, FINISHED, FAILED);
      case FINISHED, FAILED -> NONE;
    };
  }

  /** Whether a run may go from here to there. */
  public boolean mayBecome(CoordinatorPhase other) {
    return next().contains(other);
  }

  /** Whether the run is over. */
  public boolean isOver() {
    return this == FINISHED || this == FAILED;
  }
}
