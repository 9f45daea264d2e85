package io.trireme.common.transport.aeron;

/** The memory file system is too full for a media driver or a session of it. */
public final class NoRoomException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoRoomException(String message) {
    super(message);
  }
}
