package io.trireme.driver.api.result;

/**
 * Thrown when a run ends without its result after it had started. The message names the peer or
 * part, what was expected, what was seen and what to do.
 */
public final class TrainingFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure, told in one line. */
  public TrainingFailedException(String message) {
    super(message);
  }

  /** A failure, told in one line, and what it came from. */
  public TrainingFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
