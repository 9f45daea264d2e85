package io.trireme.common.transport;

/**
 * Thrown when a peer has been silent for longer than it may; the message names it, and what was
 * expected of it.
 */
public final class PeerLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A loss, described. */
  public PeerLostException(String message) {
    super(message);
  }
}
