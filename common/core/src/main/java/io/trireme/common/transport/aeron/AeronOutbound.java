package io.trireme.common.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ErrorCode;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.RegistrationException;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.TransportException;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A session over an Aeron publication that it owns. The media driver makes the publication while
 * the sender does other things; where it finds no room, it is asked again.
 */
final class AeronOutbound implements Outbound {

  private final Aeron aeron;
  private final String channel;
  private final int stream;
  private final Room room;
  private long registration = Aeron.NULL_VALUE;
  private @Nullable ExclusivePublication publication;
  private boolean closed;

  AeronOutbound(Aeron aeron, String channel, int stream, Room room) {
    this.aeron = aeron;
    this.channel = channel;
    this.stream = stream;
    this.room = room;
    ask();
  }

  private void ask() {
    if (room.isThere()) {
      registration = aeron.asyncAddExclusivePublication(channel, stream);
    }
  }

  private @Nullable ExclusivePublication open() {
    if (closed) {
      throw new IllegalStateException("the session to " + channel + " was closed");
    }
    if (registration == Aeron.NULL_VALUE) {
      ask();
      return null;
    }
    try {
      publication = aeron.getExclusivePublication(registration);
    } catch (RegistrationException e) {
      registration = Aeron.NULL_VALUE;
      if (e.errorCode() != ErrorCode.STORAGE_SPACE) {
        throw new TransportException(
            "no session to " + channel + " could be opened: " + e.getMessage(), e);
      }
    }
    return publication;
  }

  @Override
  public Offer offer(DirectBuffer frame, int offset, int length) {
    ExclusivePublication session = publication == null ? open() : publication;
    if (session == null) {
      return Offer.NOT_CONNECTED;
    }
    long position = session.offer(frame, offset, length);
    if (position > 0) {
      return Offer.SENT;
    }
    if (position == Publication.NOT_CONNECTED) {
      return Offer.NOT_CONNECTED;
    }
    if (position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION) {
      return Offer.BACK_PRESSURED;
    }
    throw new TransportException(
        "publication to "
            + channel
            + " stream "
            + stream
            + ": "
            + Publication.errorString(position));
  }

  /** Whoever closes a session wants nothing more of it: what is under way is given up with it. */
  @Override
  public void close() {
    closed = true;
    ExclusivePublication session = publication;
    if (session != null) {
      session.revokeOnClose();
      session.close();
    } else if (registration != Aeron.NULL_VALUE) {
      aeron.asyncRemovePublication(registration);
      registration = Aeron.NULL_VALUE;
    }
  }
}
