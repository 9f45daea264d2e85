package io.trireme.common.wire;

import javax.crypto.SecretKey;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens the frames that reach one life in one generation: nothing of a frame is looked at before it
 * is known to be authentic, but the envelope, which says whose key to try. Knows only the
 * generation's members, so that strangers cost no memory. For one thread.
 */
public final class FrameOpener {

  private static final class Sender {
    final Peer peer;
    final SecretKey key;
    long lastSequence;

    Sender(Peer peer, SecretKey key) {
      this.peer = peer;
      this.key = key;
    }
  }

  private final LinkKeys keys;
  private final Rejections rejections;
  private final Int2ObjectHashMap<Sender> senders = new Int2ObjectHashMap<>();
  private final FrameCipher cipher = new FrameCipher();
  private final byte[] sealed = new byte[Frames.MAX_FRAME_BYTES];
  private final byte[] plain = new byte[Frames.MAX_MESSAGE_BYTES];
  private final UnsafeBuffer message = new UnsafeBuffer(plain);
  private @Nullable Peer lastSender;
  private boolean gap;

  /**
   * An opener of what the members of a generation send to {@code self}, which counts what it drops.
   */
  public FrameOpener(
      LinkKeys keys, int generation, Peer self, Iterable<Peer> members, Rejections rejections) {
    this.keys = keys;
    this.rejections = rejections;
    for (Peer member : members) {
      senders.put(member.id(), new Sender(member, keys.linkKey(generation, member, self)));
    }
  }

  /**
   * Opens a frame into {@link #message()}.
   *
   * @return the length of the message, or -1 if the frame was dropped and counted
   */
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
    long incarnation = buffer.getLong(offset + Frames.INCARNATION_OFFSET, Frames.ORDER);
    if (!keys.isSameLife(sender.peer, incarnation)) {
      return drop(Rejection.WRONG_INCARNATION);
    }
    long sequence = buffer.getLong(offset + Frames.SEQUENCE_OFFSET, Frames.ORDER);
    if (sequence <= sender.lastSequence) {
      return drop(Rejection.REPLAYED);
    }
    buffer.getBytes(offset, sealed, 0, length);
    int opened = cipher.open(sender.key, sequence, sealed, length, plain);
    if (opened < 0) {
      return drop(Rejection.NOT_AUTHENTIC);
    }
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
    Peer sender = lastSender;
    if (sender == null) {
      throw new IllegalStateException("no frame has been opened");
    }
    return sender;
  }
}
