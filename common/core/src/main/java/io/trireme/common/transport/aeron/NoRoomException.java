package io.trireme.common.transport.aeron;

import io.trireme.common.transport.TransportException;

/** The memory file system is too full for a media driver or a session of it. */
public final class NoRoomException extends TransportException {

  private static final long serialVersionUID = 1L;

  NoRoomException(String message) {
    super(message);
  }
}
