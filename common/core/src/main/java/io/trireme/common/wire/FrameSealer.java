package io.trireme.common.wire;

import javax.crypto.SecretKey;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes frames of the messages that one life sends to another in one generation. There must be no
 * other for the same three, or sequence numbers would be used twice. For one thread.
 */
public final class FrameSealer {

  private final SecretKey key;
  private final FrameCipher cipher = new FrameCipher();
  private final byte[] plain = new byte[Frames.MAX_MESSAGE_BYTES];
  private final byte[] sealed = new byte[Frames.MAX_FRAME_BYTES];
  private final UnsafeBuffer message = new UnsafeBuffer(plain);
  private final UnsafeBuffer frame = new UnsafeBuffer(sealed);
  private long sequence;

  /** A sealer of what {@code from} sends to {@code to} in a generation. */
  public FrameSealer(LinkKeys keys, int generation, Peer from, Peer to) {
    key = keys.linkKey(generation, from, to);
    frame.putInt(Frames.VERSION_OFFSET, Frames.VERSION, Frames.ORDER);
    frame.putInt(Frames.SENDER_OFFSET, from.id(), Frames.ORDER);
    frame.putLong(Frames.INCARNATION_OFFSET, from.incarnation(), Frames.ORDER);
  }

  /** Where the next message is to be encoded, from offset 0. */
  public MutableDirectBuffer message() {
    return message;
  }

  /**
   * Seals the first {@code length} bytes of {@link #message()} and returns the length of the {@link
   * #frame()}.
   *
   * @throws IllegalArgumentException if the length is negative or above {@link
   *     Frames#MAX_MESSAGE_BYTES}
   */
  public int seal(int length) {
    if (length < 0 || length > Frames.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "message of " + length + " bytes, expected 0 to " + Frames.MAX_MESSAGE_BYTES);
    }
    sequence++;
    frame.putLong(Frames.SEQUENCE_OFFSET, sequence, Frames.ORDER);
    return cipher.seal(key, sequence, plain, length, sealed);
  }

  /** The frame that the last {@link #seal} made, valid until the next. */
  public MutableDirectBuffer frame() {
    return frame;
  }
}
