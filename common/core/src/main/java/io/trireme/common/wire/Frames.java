package io.trireme.common.wire;

import java.nio.ByteOrder;

/**
 * The bytes of a frame: one message as it travels.
 *
 * <pre>
 * offset  bytes  what
 *      0      4  version of the frame, 1
 *      4      4  id of the sender ({@link Peer#id})
 *      8      8  incarnation of the sender
 *     16      8  sequence number, rising by one with each frame of this sender to this receiver
 *     24      n  the SBE message, encrypted with AES-128-GCM; the 24 bytes before it are authenticated with it
 *   24+n     16  the authentication tag
 * </pre>
 *
 * <p>All little-endian. The nonce is four zero bytes and the big-endian sequence number. Encryption
 * is not an option that can be turned off: on Java 17 authenticating alone is slower than doing
 * both.
 */
public final class Frames {
  private Frames() {}

  /** The version that this code writes, and the only one that it reads. */
  public static final int VERSION = 1;

  /** Bytes before the message. */
  public static final int ENVELOPE_BYTES = 24;

  /** Bytes after the message. */
  public static final int TAG_BYTES = 16;

  /** The longest frame: fills one unfragmented message of Aeron's largest MTU. */
  public static final int MAX_FRAME_BYTES = 65_472;

  /** The longest message. */
  public static final int MAX_MESSAGE_BYTES = MAX_FRAME_BYTES - ENVELOPE_BYTES - TAG_BYTES;

  /** The longest payload after a message's header and fields: 16,256 floats. */
  public static final int MAX_PAYLOAD_BYTES = 65_024;

  static final int VERSION_OFFSET = 0;
  static final int SENDER_OFFSET = 4;
  static final int INCARNATION_OFFSET = 8;
  static final int SEQUENCE_OFFSET = 16;
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  static final int NONCE_BYTES = 12;
  static final int TAG_BITS = TAG_BYTES * 8;
  static final String CIPHER = "AES/GCM/NoPadding";
}
