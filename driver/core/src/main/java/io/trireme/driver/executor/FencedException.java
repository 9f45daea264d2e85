package io.trireme.driver.executor;

/** Thrown in a worker's task when its life was given up elsewhere; the task may begin another. */
final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FencedException(String message) {
    super(message);
  }
}
