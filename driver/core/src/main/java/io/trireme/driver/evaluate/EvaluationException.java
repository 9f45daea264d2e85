package io.trireme.driver.evaluate;

/** Thrown when a model could not be evaluated; the message says on what, and why. */
public final class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EvaluationException(String message, Throwable cause) {
    super(message, cause);
  }
}
