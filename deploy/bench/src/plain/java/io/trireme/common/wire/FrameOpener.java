package io.trireme.common.wire;

import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the place of the real one where {@code deploy/bench/costs.sh} measures what encryption
 * costs: the same checks of the envelope, and no others. Never part of Trireme.
 */
public final class FrameOpener {

  private static final class Sender {
    final Peer peer;
    long lastSequence;

    Sender(Peer peer) {
      this.peer = peer;
    }
  }

  private final Rejections rejections;
  private final Int2ObjectHashMap<Sender> senders = new Int2ObjectHashMap<>();
  private final byte[] sealed = new byte[Frames.MAX_FRAME_BYTES];
  private final byte[] plain = new byte[Frames.MAX_MESSAGE_BYTES];
  private final UnsafeBuffer message = new UnsafeBuffer(plain);
  private Peer lastSender;
  private boolean gap;

  /** An opener of what the members of a generation send to {@code self}. */
  public FrameOpener(
      LinkKeys keys, int generation, Peer self, Iterable<Peer> members, Rejections rejections) {
    this.rejections = rejections;
    for (Peer member : members) {
      senders.put(member.id(), new Sender(member));
    }
  }

  /** Copies a frame's message into {@link #message()}, and returns its length, or -1. */
  public int open(DirectBuffer buffer, int offset, int length) {
    if (length < Frames.ENVELOPE_BYTES + Frames.TAG_BYTES
        || length > Frames.MAX_FRAME_BYTES
        || buffer.getInt(offset + Frames.VERSION_OFFSET, Frames.ORDER) != Frames.VERSION) {
      return drop(Rejection.MALFORMED);
    }
    Sender sender = senders.get(buffer.getInt(offset + Frames.SENDER_OFFSET, Frames.ORDER));
    if (sender == null) {
      return drop(Rejection.UNKNOWN_SENDER);
    }
    if (buffer.getLong(offset + Frames.INCARNATION_OFFSET, Frames.ORDER)
        != sender.peer.incarnation()) {
      return drop(Rejection.WRONG_INCARNATION);
    }
    long sequence = buffer.getLong(offset + Frames.SEQUENCE_OFFSET, Frames.ORDER);
    if (sequence <= sender.lastSequence) {
      return drop(Rejection.REPLAYED);
    }
    buffer.getBytes(offset, sealed, 0, length);
    int opened = length - Frames.ENVELOPE_BYTES - Frames.TAG_BYTES;
    System.arraycopy(sealed, Frames.ENVELOPE_BYTES, plain, 0, opened);
    gap |= sequence != sender.lastSequence + 1;
    sender.lastSequence = sequence;
    lastSender = sender.peer;
    return opened;
  }

  /** Whether a sequence number was passed over: the session broke and lost some frames. */
  public boolean hasGap() {
    return gap;
  }

  private int drop(Rejection reason) {
    rejections.count(reason);
    return -1;
  }

  /** The message that the last {@link #open} gave, valid until the next. */
  public DirectBuffer message() {
    return message;
  }

  /** Who sent the message that the last successful {@link #open} gave. */
  public Peer sender() {
    return lastSender;
  }
}
