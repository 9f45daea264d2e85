package io.trireme.driver.run;

import org.jspecify.annotations.Nullable;

/** Thrown when a run cannot go on for what it has lost, though a checkpoint of it could. */
final class RunLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int losses;

  /**
   * A lost run.
   *
   * @param losses workers and servers that it had lost
   */
  RunLostException(String message, @Nullable Throwable cause, int losses) {
    super(message, cause);
    this.losses = losses;
  }

  int losses() {
    return losses;
  }
}
