package io.trireme.common.transport;

import org.agrona.DirectBuffer;

/** The sending end of an ordered, reliable, one-way session to one peer. For one thread. */
public interface Outbound extends AutoCloseable {

  /** What became of an offered frame. */
  enum Offer {
    /** It is in the session: it arrives, or the session breaks. */
    SENT,
    /** It was not taken: the receiver or the link is behind. Offer it again later. */
    BACK_PRESSURED,
    /** It was not taken: no receiver is there yet, or any more. */
    NOT_CONNECTED
  }

  /** Offers a frame; the bytes may be reused as soon as this returns. Never blocks. */
  Offer offer(DirectBuffer frame, int offset, int length);

  @Override
  void close();
}
