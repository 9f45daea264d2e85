package io.trireme.common.transport;

/** A transport does not carry any more, or cannot be opened: it is this process's that failed. */
public class TransportException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A failure in words. */
  public TransportException(String message) {
    super(message);
  }

  /** A failure in words, and what it comes from. */
  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}
