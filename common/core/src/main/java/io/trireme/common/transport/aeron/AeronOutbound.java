package io.trireme.common.transport.aeron;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.TransportException;
import org.agrona.DirectBuffer;

/** A session over an Aeron publication that it owns. */
final class AeronOutbound implements Outbound {

  private final ExclusivePublication publication;

  AeronOutbound(ExclusivePublication publication) {
    this.publication = publication;
  }

  @Override
  public Offer offer(DirectBuffer frame, int offset, int length) {
    long position = publication.offer(frame, offset, length);
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
            + publication.channel()
            + " stream "
            + publication.streamId()
            + ": "
            + Publication.errorString(position));
  }

  @Override
  public void close() {
    publication.close();
  }
}
