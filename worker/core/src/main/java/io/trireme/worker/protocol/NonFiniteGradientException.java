package io.trireme.worker.protocol;

/** A gradient holds NaN or an infinity, and the job is to fail then. */
public final class NonFiniteGradientException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Names what was found where. */
  public NonFiniteGradientException(String message) {
    super(message);
  }
}
