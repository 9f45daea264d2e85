package io.trireme.common.checkpoint;

import io.trireme.common.failure.Recurring;
import java.io.IOException;

/**
 * Thrown when a checkpoint cannot be used for what it holds: truncated, changed, missing, of
 * another job or of a newer format. The message names the file, what was expected, what was seen
 * and what to do.
 */
public final class BadCheckpointException extends IOException implements Recurring {
  private static final long serialVersionUID = 1L;

  private final StepState state;

  /** A checkpoint in the given state, told in one line. */
  public BadCheckpointException(StepState state, String message) {
    super(message);
    this.state = state;
  }

  /** A checkpoint in the given state, told in one line, and what it came from. */
  public BadCheckpointException(StepState state, String message, Throwable cause) {
    super(message, cause);
    this.state = state;
  }

  /** What is wrong with the checkpoint. */
  public StepState state() {
    return state;
  }
}
