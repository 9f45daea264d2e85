package io.trireme.common.wire;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens the frames that reach one life: nothing of a frame is looked at before it is known to be
 * authentic, but the envelope, which says whose key to try. Knows only the senders that it was told
 * of, so that strangers cost no memory. For one thread.
 */
public final class FrameOpener {

  private static final class Sender {
    final Peer peer;
    final SecretKey key;
    long lastSequence;
    boolean expelled;

    Sender(Peer peer, SecretKey key) {
      this.peer = peer;
      this.key = key;
    }
  }

  private final JobKey jobKey;
  private final Peer self;
  private final Rejections rejections;
  private final Int2ObjectHashMap<Sender> senders = new Int2ObjectHashMap<>();
  private final Cipher cipher;
  private final byte[] nonce = new byte[Frames.NONCE_BYTES];
  private final ByteBuffer nonceBuffer = ByteBuffer.wrap(nonce);
  private final byte[] sealed = new byte[Frames.MAX_FRAME_BYTES];
  private final byte[] plain = new byte[Frames.MAX_MESSAGE_BYTES];
  private final UnsafeBuffer message = new UnsafeBuffer(plain);
  private @Nullable Peer lastSender;

  /** An opener of what is sent to {@code self}, which counts what it drops. */
  public FrameOpener(JobKey jobKey, Peer self, Rejections rejections) {
    this.jobKey = jobKey;
    this.self = self;
    this.rejections = rejections;
    try {
      cipher = Cipher.getInstance(Frames.CIPHER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks " + Frames.CIPHER, e);
    }
  }

  /** Accepts frames of this life from now on, and of no other life of the same peer. */
  public void admit(Peer peer) {
    Sender known = senders.get(peer.id());
    if (known == null || !known.peer.equals(peer)) {
      senders.put(peer.id(), new Sender(peer, jobKey.linkKey(peer, self)));
    } else {
      known.expelled = false;
    }
  }

  /**
   * Refuses frames of this peer from now on. Should the same life be admitted again, what it sent
   * before stays refused.
   */
  public void expel(int peerId) {
    Sender known = senders.get(peerId);
    if (known != null) {
      known.expelled = true;
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
    if (sender == null || sender.expelled) {
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
    int opened = decrypt(sender, sequence, length);
    if (opened < 0) {
      return drop(Rejection.NOT_AUTHENTIC);
    }
    sender.lastSequence = sequence;
    lastSender = sender.peer;
    return opened;
  }

  private int decrypt(Sender sender, long sequence, int length) {
    nonceBuffer.putLong(Integer.BYTES, sequence);
    try {
      cipher.init(Cipher.DECRYPT_MODE, sender.key, new GCMParameterSpec(Frames.TAG_BITS, nonce));
      cipher.updateAAD(sealed, 0, Frames.ENVELOPE_BYTES);
      return cipher.doFinal(
          sealed, Frames.ENVELOPE_BYTES, length - Frames.ENVELOPE_BYTES, plain, 0);
    } catch (AEADBadTagException e) {
      return -1;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "opening frame " + sequence + " of " + sender.peer + " failed", e);
    }
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
