package io.trireme.common.wire;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the place of the real one where {@code deploy/bench/costs.sh} measures what encryption
 * costs: the same frame, of which nothing is encrypted or authenticated. Never part of Trireme.
 */
public final class FrameSealer {

  private final byte[] plain = new byte[Frames.MAX_MESSAGE_BYTES];
  private final byte[] sealed = new byte[Frames.MAX_FRAME_BYTES];
  private final UnsafeBuffer message = new UnsafeBuffer(plain);
  private final UnsafeBuffer frame = new UnsafeBuffer(sealed);
  private long sequence;

  /** A sealer of what {@code from} sends to {@code to} in a generation. */
  public FrameSealer(LinkKeys keys, int generation, Peer from, Peer to) {
    frame.putInt(Frames.VERSION_OFFSET, Frames.VERSION, Frames.ORDER);
    frame.putInt(Frames.SENDER_OFFSET, from.id(), Frames.ORDER);
    frame.putLong(Frames.INCARNATION_OFFSET, from.incarnation(), Frames.ORDER);
  }

  /** Where the next message is to be encoded, from offset 0. */
  public MutableDirectBuffer message() {
    return message;
  }

  /** Copies the message into the frame, and returns the length of the frame. */
  public int seal(int length) {
    sequence++;
    frame.putLong(Frames.SEQUENCE_OFFSET, sequence, Frames.ORDER);
    System.arraycopy(plain, 0, sealed, Frames.ENVELOPE_BYTES, length);
    return Frames.ENVELOPE_BYTES + length + Frames.TAG_BYTES;
  }

  /** The frame that the last {@link #seal} made, valid until the next. */
  public MutableDirectBuffer frame() {
    return frame;
  }
}
