package io.trireme.driver.executor;

/**
 * Thrown in a worker's task when the run has ended elsewhere; the message says why. Where it was
 * thrown tells nothing, and Spark would print it: there is no stack trace.
 */
final class RunOverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunOverException(String reason) {
    super(reason, null, false, false);
  }
}
