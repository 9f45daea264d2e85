package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What tests of codecs share: buffers with guards, shapes, gradients of all sorts. */
public final class Codecs {

  static final int GUARD = 64;
  private static final byte GUARD_BYTE = 0x5a;

  private Codecs() {}

  /** Every codec with its defaults. */
  static Stream<CodecSpec> all() {
    return CodecSpec.names().stream().map(CodecSpec::of);
  }

  /** A block that is one vector or, where it can be, mostly one matrix. */
  static BlockShape shape(int n) {
    return n < 100
        ? BlockShape.vector(n)
        : new BlockShape(
            n, List.of(), List.of(new MatrixPart(new FloatRange(3, n), (int) Math.sqrt(n))));
  }

  static UnsafeBuffer offHeap(int bytes) {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
  }

  /** Memory with guards on both sides of {@code bytes} bytes. */
  static UnsafeBuffer guarded(int bytes) {
    UnsafeBuffer buffer = offHeap(bytes + 2 * GUARD);
    buffer.setMemory(0, buffer.capacity(), GUARD_BYTE);
    return buffer;
  }

  static void assertGuards(DirectBuffer buffer, int usedBytes) {
    for (int i = 0; i < GUARD; i++) {
      assertThat(buffer.getByte(i)).as("guard below").isEqualTo(GUARD_BYTE);
    }
    for (int i = GUARD + usedBytes; i < buffer.capacity(); i++) {
      assertThat(buffer.getByte(i)).as("guard above").isEqualTo(GUARD_BYTE);
    }
  }

  static UnsafeBuffer of(float... values) {
    UnsafeBuffer buffer = offHeap(4 * values.length);
    write(buffer, 0, values);
    return buffer;
  }

  static void write(MutableDirectBuffer buffer, int offset, float... values) {
    for (int i = 0; i < values.length; i++) {
      buffer.putFloat(offset + 4 * i, values[i]);
    }
  }

  static float[] floats(DirectBuffer buffer, int offset, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = buffer.getFloat(offset + 4 * i);
    }
    return values;
  }

  /** Encodes into guarded memory, decodes into guarded memory, and finishes. */
  static float[] roundTrip(
      BlockEncoder encoder, BlockDecoder decoder, long step, long seed, float... values) {
    UnsafeBuffer out = guarded(encoder.maxEncodedBytes());
    int bytes = encoder.encode(step, seed, of(values), 0, out, GUARD);
    assertThat(bytes).isBetween(0, encoder.maxEncodedBytes()).isEqualTo(encoder.encodedBytes());
    assertGuards(out, encoder.maxEncodedBytes());
    UnsafeBuffer decoded = guarded(4 * values.length);
    assertThat(decoder.decode(out, GUARD, bytes, decoded, GUARD)).isTrue();
    decoder.finish(decoded, GUARD);
    assertGuards(decoded, 4 * values.length);
    return floats(decoded, GUARD, values.length);
  }

  static float[] residual(BlockEncoder encoder, int n) {
    List<MutableDirectBuffer> state = encoder.state();
    return state.isEmpty() ? new float[n] : floats(state.get(0), 0, n);
  }

  /** What is encoded: gradient plus residual, as 32-bit floats, saturated. */
  static float[] sum(float[] gradient, float[] residual) {
    float[] p = new float[gradient.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, gradient[i] + residual[i]));
    }
    return p;
  }

  public static float[] gaussian(long seed, int n, double scale) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    return values;
  }

  /** Gradients of every sort that is unusual and allowed. */
  public static List<float[]> odd(int n, long seed) {
    float[] denormals = gaussian(seed, n, 1e-41);
    float[] sparse = gaussian(seed, n, 1);
    float[] mixed = gaussian(seed, n, 1);
    Random random = new Random(seed);
    for (int i = 0; i < n; i++) {
      sparse[i] = random.nextInt(50) == 0 ? sparse[i] : 0f;
      mixed[i] *= (float) Math.pow(10, random.nextInt(70) - 35);
    }
    float[] huge = new float[n];
    for (int i = 0; i < n; i++) {
      huge[i] = random.nextBoolean() ? Float.MAX_VALUE : -Float.MAX_VALUE;
    }
    float[] ones = new float[n];
    Arrays.fill(ones, 1f);
    float[] minusZeros = new float[n];
    Arrays.fill(minusZeros, -0f);
    return List.of(new float[n], minusZeros, ones, denormals, sparse, mixed, huge);
  }
}
