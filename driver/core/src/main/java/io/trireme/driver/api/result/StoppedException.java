package io.trireme.driver.api.result;

/** Thrown when a run was asked to stop, and has: it goes on when it is started again. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A stop, told in one line. */
  public StoppedException(String message) {
    super(message);
  }
}
