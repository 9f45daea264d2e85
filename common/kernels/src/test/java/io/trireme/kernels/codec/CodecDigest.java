package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.TileArithmetic;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Encodes some gradients with every codec, and prints what came of it and by which kernels. */
final class CodecDigest {

  private static final int[] LENGTHS = {1, 37, 1024, 5_000, 40_000};
  private static final int STEPS = 3;

  private CodecDigest() {}

  /** For a JVM of its own. */
  public static void main(String[] arguments) {
    System.out.println(TileArithmetic.create().getClass().getSimpleName() + " " + digest());
  }

  /** Of all messages and residuals. */
  static String digest() {
    CRC32C crc = new CRC32C();
    StringBuilder digest = new StringBuilder();
    Codecs.all().forEach(codec -> digest.append(' ').append(digest(codec, crc)));
    return digest.substring(1);
  }

  private static String digest(CodecSpec codec, CRC32C crc) {
    for (int n : LENGTHS) {
      try (BlockEncoder encoder = codec.encoder(Codecs.shape(n))) {
        UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
        for (int step = 0; step < STEPS; step++) {
          UnsafeBuffer gradient = Codecs.of(Codecs.gaussian(n + step, n, 1));
          byte[] message = new byte[encoder.encode(step, n, gradient, 0, out, 0)];
          out.getBytes(0, message);
          crc.update(message);
        }
        encoder
            .state()
            .forEach(
                each -> {
                  byte[] bytes = new byte[each.capacity()];
                  each.getBytes(0, bytes);
                  crc.update(bytes);
                });
      }
    }
    return Long.toHexString(crc.getValue());
  }
}
