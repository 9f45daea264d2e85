package io.trireme.common.wire;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-128-GCM of frames: the message is encrypted, and authenticated together with the envelope
 * before it. The nonce is the frame's sequence number. For one thread.
 */
final class FrameCipher {

  private final Cipher cipher;
  private final byte[] nonce = new byte[Frames.NONCE_BYTES];
  private final ByteBuffer nonceBuffer = ByteBuffer.wrap(nonce);

  FrameCipher() {
    try {
      cipher = Cipher.getInstance(Frames.CIPHER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks " + Frames.CIPHER, e);
    }
  }

  /**
   * Encrypts a message into a frame whose envelope is there already.
   *
   * @param sequence no other frame under this key has it
   * @return the frame's length
   */
  int seal(SecretKey key, long sequence, byte[] message, int length, byte[] frame) {
    nonceBuffer.putLong(Integer.BYTES, sequence);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(Frames.TAG_BITS, nonce));
      cipher.updateAAD(frame, 0, Frames.ENVELOPE_BYTES);
      return Frames.ENVELOPE_BYTES
          + cipher.doFinal(message, 0, length, frame, Frames.ENVELOPE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "sealing frame " + sequence + " of " + length + " bytes failed", e);
    }
  }

  /**
   * Decrypts the message of a frame.
   *
   * @return the message's length, or -1 if the frame is not authentic
   */
  int open(SecretKey key, long sequence, byte[] frame, int length, byte[] message) {
    nonceBuffer.putLong(Integer.BYTES, sequence);
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(Frames.TAG_BITS, nonce));
      cipher.updateAAD(frame, 0, Frames.ENVELOPE_BYTES);
      return cipher.doFinal(
          frame, Frames.ENVELOPE_BYTES, length - Frames.ENVELOPE_BYTES, message, 0);
    } catch (AEADBadTagException e) {
      return -1;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "opening frame " + sequence + " of " + length + " bytes failed", e);
    }
  }
}
