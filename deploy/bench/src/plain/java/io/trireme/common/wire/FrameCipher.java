package io.trireme.common.wire;

import javax.crypto.SecretKey;

/**
 * Takes the place of the real one where {@code deploy/bench/costs.sh} measures what encryption
 * costs: the same frames, of which nothing is encrypted or authenticated. Never part of Trireme.
 */
final class FrameCipher {

  int seal(SecretKey key, long sequence, byte[] message, int length, byte[] frame) {
    System.arraycopy(message, 0, frame, Frames.ENVELOPE_BYTES, length);
    return Frames.ENVELOPE_BYTES + length + Frames.TAG_BYTES;
  }

  int open(SecretKey key, long sequence, byte[] frame, int length, byte[] message) {
    int opened = length - Frames.ENVELOPE_BYTES - Frames.TAG_BYTES;
    System.arraycopy(frame, Frames.ENVELOPE_BYTES, message, 0, opened);
    return opened;
  }
}
