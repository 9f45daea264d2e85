package io.trireme.cuda.check;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.engine.CardEncoder;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Checks the bits of gradient codecs on a card, and times them over a vector that no cache holds.
 */
final class Codecs {
  private static final int SHORT = 70_007;
  private static final int LONG = 1 << 25;
  private static final int STEPS = 3;
  private static final int REPEATS = 20;

  private Codecs() {}

  /**
   * A codec with what it must give.
   *
   * @param bits the start of the hash that the stand-in, and so the CPU's codec, gives
   */
  private record Case(String name, GradientCodec codec, String bits) {}

  private static final List<Case> CASES =
      List.of(
          new Case("bf16", new GradientCodec.Bf16(), "53622dc05e61"),
          new Case("int8", new GradientCodec.Int8(1024), "b86b1a68dff0"),
          new Case("onebit", new GradientCodec.Onebit(), "aec05be0ccbf"));

  /** Whether all codecs have the bits of the stand-in. */
  static boolean bits(CudaDevice device, PrintStream out) {
    boolean good = true;
    for (Case each : CASES) {
      String seen = hash(device, each.codec);
      boolean equal = seen.equals(each.bits);
      good &= equal;
      out.println(
          String.format(
              Locale.ROOT,
              "codec %-6s of %d values, %d steps: bits of the CPU: %s, sha %s",
              each.name,
              SHORT,
              STEPS,
              equal ? "yes" : "NO",
              seen));
    }
    return good;
  }

  /** Prints what each codec reaches. */
  static void time(CudaDevice device, PrintStream out) {
    for (Case each : CASES) {
      try (CardEncoder encoder =
          CardEncoder.open(device.context(), each.codec, CodedBlock.of(LONG))) {
        Numbers.gradient(encoder.floats(), LONG, 0);
        long from = System.nanoTime();
        int bytes = encoder.encode(0, 1);
        double whole = (System.nanoTime() - from) / 1e6;
        double time = encoder.milliseconds(REPEATS);
        out.println(
            String.format(
                Locale.ROOT,
                "codec %-6s of %d values: %.3f ms on the card, %.0f GB/s of floats, %.0f GB/s of"
                    + " memory; %d bytes, %.1f times fewer; %.1f ms with copies",
                each.name,
                LONG,
                time,
                4.0 * LONG / time / 1e6,
                (16.0 * LONG + (each.name.equals("bf16") ? 1.0 : 3.0) * bytes) / time / 1e6,
                bytes,
                4.0 * LONG / bytes,
                whole));
      }
    }
  }

  /** The hash of the encodings of some steps, and of the residual that is left. */
  private static String hash(CudaDevice device, GradientCodec codec) {
    CodedBlock block = new CodedBlock(SHORT, List.of(new CodedBlock.Range(2000, 2010)));
    try (CardEncoder encoder = CardEncoder.open(device.context(), codec, block)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int step = 0; step < STEPS; step++) {
        Numbers.gradient(encoder.floats(), SHORT, step);
        int bytes = encoder.encode(step, 1);
        ByteBuffer encoding = encoder.encoding().duplicate();
        digest.update(encoding.limit(Math.max(0, bytes)));
      }
      digest.update(encoder.readResidual().duplicate());
      return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
