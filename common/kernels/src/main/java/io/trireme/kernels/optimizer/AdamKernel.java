package io.trireme.kernels.optimizer;

import io.trireme.common.slots.Seeds;
import io.trireme.kernels.memory.FloatVector;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * ND4J's Adam over contiguous floats, with the bits of ND4J's own operation but several times
 * faster, since the loop is vectorised: {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; g =
 * m r / (sqrt(v) + e)}, where {@code r = lr sqrt(1 - b2^t) / (1 - b1^t)} (Kingma and Ba, 2015).
 *
 * <p>Before every step the native operation runs on a few floats, and so does this one: where a bit
 * differs, as on a processor or a build of ND4J that rounds in another way, {@link #prepare} says
 * so and the caller uses the native one. For one thread.
 */
final class AdamKernel implements AutoCloseable {

  private static final int TILE = 1024;
  private static final long FLOATS = UnsafeApi.arrayBaseOffset(float[].class);
  private static final int PROBE = 48;
  private static final int MOST_ULPS = 16;

  private final Adam config;
  private final FloatVector probe = FloatVector.zeros("probe of Adam", 3L * PROBE);
  private final INDArray probeGradient = probe.view(0, PROBE);
  private final INDArray probeV = probe.view(PROBE, 2L * PROBE);
  private final INDArray probeM = probe.view(2L * PROBE, 3L * PROBE);
  private final float[] probeValues = probeValues();
  private final float[] expected = new float[3 * PROBE];
  private final float[] gradient = new float[TILE];
  private final float[] first = new float[TILE];
  private final float[] second = new float[TILE];
  private float beta1;
  private float beta2;
  private float epsilon;
  private float rate;

  AdamKernel(Adam config) {
    this.config = config;
  }

  /** Finds the step's numbers; false if they do not reproduce the native operation. */
  boolean prepare(int iteration, int epoch) {
    double learningRate = config.getLearningRate(iteration, epoch);
    beta1 = (float) config.getBeta1();
    beta2 = (float) config.getBeta2();
    epsilon = (float) config.getEpsilon();
    runNative(iteration, learningRate);
    float power1 = (float) Math.pow(beta1, iteration + 1);
    float power2 = (float) Math.pow(beta2, iteration + 1);
    float exact = (float) (learningRate * Math.sqrt(1.0 - power2) / (1.0 - power1));
    float plain = Float.isNaN(exact) || Float.isInfinite(exact) || exact == 0 ? epsilon : exact;
    // C's powf and its compiler round the last bits otherwise than Java.
    for (int ulps = 0; ulps <= MOST_ULPS; ulps++) {
      if (reproduces(plain + ulps * Math.ulp(plain))
          || reproduces(plain - ulps * Math.ulp(plain))) {
        return true;
      }
    }
    return false;
  }

  private void runNative(int iteration, double learningRate) {
    fillProbe();
    Nd4j.exec(
        new org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater(
            probeGradient,
            probeV,
            probeM,
            learningRate,
            config.getBeta1(),
            config.getBeta2(),
            config.getEpsilon(),
            iteration));
    for (int i = 0; i < expected.length; i++) {
      expected[i] = probe.buffer().getFloat(i * Float.BYTES);
    }
  }

  /** Numbers over many magnitudes, down to those below the smallest normal float. */
  private static float[] probeValues() {
    float[] values = new float[3 * PROBE];
    for (int i = 0; i < values.length; i++) {
      long bits = Seeds.mix(i, PROBE);
      float value =
          (1 + (bits & 0xffffff) / 16_777_216f) * (float) Math.pow(10, -(i % PROBE) * 0.9);
      boolean negative = (bits >>> 32 & 1) != 0 && (i < PROBE || i >= 2 * PROBE);
      values[i] = negative ? -value : value;
    }
    return values;
  }

  private void fillProbe() {
    for (int i = 0; i < probeValues.length; i++) {
      probe.buffer().putFloat(i * Float.BYTES, probeValues[i]);
    }
  }

  private boolean reproduces(float candidate) {
    rate = candidate;
    fillProbe();
    apply(probe.buffer(), 0, probe.buffer(), 2 * PROBE, PROBE, PROBE);
    for (int i = 0; i < expected.length; i++) {
      float seen = probe.buffer().getFloat(i * Float.BYTES);
      if (Float.floatToRawIntBits(seen) != Float.floatToRawIntBits(expected[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Applies the prepared step.
   *
   * @param gradients holds the gradient, which becomes what is to be subtracted
   * @param gradientFrom its first float there
   * @param states holds both moments
   * @param firstFrom first float of the first moment there
   * @param secondFrom first float of the second moment there
   * @param length number of floats
   */
  void apply(
      DirectBuffer gradients,
      int gradientFrom,
      DirectBuffer states,
      int firstFrom,
      int secondFrom,
      int length) {
    long gradientAddress = address(gradients, gradientFrom, length);
    long firstAddress = address(states, firstFrom, length);
    long secondAddress = address(states, secondFrom, length);
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      long bytes = (long) count * Float.BYTES;
      long offset = (long) from * Float.BYTES;
      UnsafeApi.copyMemory(null, gradientAddress + offset, gradient, FLOATS, bytes);
      UnsafeApi.copyMemory(null, firstAddress + offset, first, FLOATS, bytes);
      UnsafeApi.copyMemory(null, secondAddress + offset, second, FLOATS, bytes);
      step(gradient, first, second, count, beta1, beta2, epsilon, rate);
      UnsafeApi.copyMemory(gradient, FLOATS, null, gradientAddress + offset, bytes);
      UnsafeApi.copyMemory(first, FLOATS, null, firstAddress + offset, bytes);
      UnsafeApi.copyMemory(second, FLOATS, null, secondAddress + offset, bytes);
    }
  }

  private static long address(DirectBuffer buffer, int from, int length) {
    buffer.boundsCheck(from * Float.BYTES, length * Float.BYTES);
    return buffer.addressOffset() + (long) from * Float.BYTES;
  }

  private static void step(
      float[] g,
      float[] m,
      float[] v,
      int count,
      float beta1,
      float beta2,
      float epsilon,
      float rate) {
    float rest1 = 1 - beta1;
    float rest2 = 1 - beta2;
    for (int i = 0; i < count; i++) {
      m[i] = beta1 * m[i] + g[i] * rest1;
    }
    for (int i = 0; i < count; i++) {
      v[i] = beta2 * v[i] + g[i] * g[i] * rest2;
    }
    for (int i = 0; i < count; i++) {
      g[i] = m[i] * rate / ((float) Math.sqrt(v[i]) + epsilon);
    }
  }

  @Override
  public void close() {
    probe.close();
  }
}
