package io.trireme.driver.run;

/** Thrown when a run cannot go on for what it has lost, though a checkpoint of it could. */
final class RunLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int losses;

  /**
   * A lost run.
   *
   * @param losses workers and servers that it had lost
   */
  RunLostException(String message, int losses) {
    super(message);
    this.losses = losses;
  }

  int losses() {
    return losses;
  }
}
