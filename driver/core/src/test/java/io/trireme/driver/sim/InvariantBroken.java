package io.trireme.driver.sim;

/** Thrown as soon as something is so that never may be so. */
final class InvariantBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvariantBroken(String message) {
    super(message);
  }
}
