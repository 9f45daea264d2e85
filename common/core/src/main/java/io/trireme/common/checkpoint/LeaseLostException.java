package io.trireme.common.checkpoint;

import java.io.IOException;

/** Thrown when a job's lease is no longer held: its holder must stop, and commit nothing. */
public final class LeaseLostException extends IOException {
  private static final long serialVersionUID = 1L;

  /** A loss, told in one line. */
  public LeaseLostException(String message) {
    super(message);
  }
}
