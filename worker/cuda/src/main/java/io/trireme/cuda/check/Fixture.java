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
 * @param examples of the minibatch
 * @param loss sum of the losses
 * @param bits SHA-256 of the stand-in's gradient, or spaces
 * @param gradient DL4J's
 */
@SuppressWarnings("ArrayRecordComponent")
public record Fixture(int examples, double loss, String bits, float[] gradient) {
  private static final int BITS = 64;

  /** Reads a file. */
  public static Fixture read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int examples = in.getInt();
    double loss = in.getDouble();
    byte[] bits = new byte[BITS];
    in.get(bits);
    float[] gradient = new float[in.remaining() / 4];
    in.asFloatBuffer().get(gradient);
    return new Fixture(examples, loss, new String(bits, StandardCharsets.US_ASCII), gradient);
  }

  /** Writes a file: examples, loss, bits, gradient, little-endian. */
  public void write(Path file) throws IOException {
    ByteBuffer out =
        ByteBuffer.allocate(12 + BITS + 4 * gradient.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(examples).putDouble(loss);
    out.put(String.format(Locale.ROOT, "%-64s", bits).getBytes(StandardCharsets.US_ASCII));
    out.asFloatBuffer().put(gradient);
    Files.write(file, out.array());
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
