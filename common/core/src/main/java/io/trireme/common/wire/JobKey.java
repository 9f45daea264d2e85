package io.trireme.common.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The random secret of one run. Each direction of each pair of lives has a key of its own in each
 * generation, derived from it, so that a frame is bound to job, generation, sender, receiver and
 * both incarnations, and a sequence number is enough of a nonce.
 */
public final class JobKey implements LinkKeys {

  /** Length of the secret in bytes. */
  public static final int LENGTH = 32;

  private static final byte[] LABEL = "trireme link 2".getBytes(StandardCharsets.US_ASCII);
  private static final int LINK_KEY_BYTES = 16;

  private final byte[] secret;

  /** A key over a secret of {@link #LENGTH} bytes, which is copied. */
  public JobKey(byte[] secret) {
    if (secret.length != LENGTH) {
      throw new IllegalArgumentException(
          "job key of " + secret.length + " bytes, expected " + LENGTH);
    }
    this.secret = secret.clone();
  }

  /** A fresh secret. */
  public static JobKey random(SecureRandom random) {
    byte[] secret = new byte[LENGTH];
    random.nextBytes(secret);
    return new JobKey(secret);
  }

  /** A copy of the secret, to be handed over Spark's own channel only. */
  public byte[] secret() {
    return secret.clone();
  }

  /** HMAC-SHA-256 of the three under the secret, cut to 16 bytes. */
  @Override
  public SecretKey linkKey(int generation, Peer from, Peer to) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update(LABEL);
      mac.update(
          ByteBuffer.allocate(Integer.BYTES + 2 * (Integer.BYTES + Long.BYTES))
              .putInt(generation)
              .putInt(from.id())
              .putLong(from.incarnation())
              .putInt(to.id())
              .putLong(to.incarnation())
              .array());
      return new SecretKeySpec(Arrays.copyOf(mac.doFinal(), LINK_KEY_BYTES), "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks HmacSHA256", e);
    }
  }
}
