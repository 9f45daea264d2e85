package io.trireme.cuda.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a CPU computed for a network over {@link Numbers}' minibatch.
 *
 * @param minibatch its size and loss
 * @param reference distance of DL4J's float gradient from its gradient in double precision, NaN if
 *     DL4J has no such network
 * @param bits SHA-256 of the stand-in's gradient, or spaces
 * @param gradient the one in double precision, rounded to float
 */
@SuppressWarnings("ArrayRecordComponent")
public record Fixture(Minibatch minibatch, double reference, String bits, float[] gradient) {
  private static final int BITS = 64;

  /**
   * What a float gradient may be off one in double precision. DL4J's own float gradient need not be
   * that near: of the resnet it is 6.6e-4 off.
   */
  public static final double ROUNDING = 1e-5;

  /**
   * The minibatch.
   *
   * @param examples of it
   * @param loss sum of their losses
   */
  public record Minibatch(int examples, double loss) {}

  /** Reads a file. */
  public static Fixture read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    Minibatch minibatch = new Minibatch(in.getInt(), in.getDouble());
    double reference = in.getDouble();
    byte[] bits = new byte[BITS];
    in.get(bits);
    float[] gradient = new float[in.remaining() / 4];
    in.asFloatBuffer().get(gradient);
    return new Fixture(minibatch, reference, new String(bits, StandardCharsets.US_ASCII), gradient);
  }

  /** Writes a file: examples, loss, reference, bits, gradient, little-endian. */
  public void write(Path file) throws IOException {
    ByteBuffer out =
        ByteBuffer.allocate(20 + BITS + 4 * gradient.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(minibatch.examples).putDouble(minibatch.loss).putDouble(reference);
    out.put(String.format(Locale.ROOT, "%-64s", bits).getBytes(StandardCharsets.US_ASCII));
    out.asFloatBuffer().put(gradient);
    Files.write(file, out.array());
  }

  /** The same with the stand-in's bits. */
  public Fixture withBits(String sha256) {
    return new Fixture(minibatch, reference, sha256, gradient);
  }

  /** The distance of a gradient from this one, relative to this one's length. */
  public double distance(ByteBuffer other) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < gradient.length; i++) {
      double d = (double) other.getFloat(4 * i) - gradient[i];
      difference += d * d;
      length += (double) gradient[i] * gradient[i];
    }
    return Math.sqrt(difference / length);
  }
}
