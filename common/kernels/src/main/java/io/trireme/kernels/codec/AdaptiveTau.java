package io.trireme.kernels.codec;

/**
 * Strom's threshold, adapted step by step so that the share of floats that reach it stays within
 * bounds. Has 8 significant bits, so that taking it from a float that reaches it is exact up to
 * 2^16 times the threshold.
 *
 * @param first its first value; 0 to take it from the first gradients
 * @param minDensity it shrinks while a smaller share is sent
 * @param maxDensity it grows while a greater share is sent
 */
record AdaptiveTau(double first, double minDensity, double maxDensity) {

  private static final double STEP = Math.pow(2, 1.0 / 20);
  private static final double LEAST = 1e-30;
  private static final double GREATEST = 1e30;

  /** Whether the first value is given. */
  boolean given() {
    return first > 0;
  }

  /** The share that the first value should send, if it is not given. */
  double firstDensity() {
    return Math.sqrt(Math.max(1e-6, minDensity) * maxDensity);
  }

  /**
   * The first value.
   *
   * @param sampled what a share of {@link #firstDensity()} of the magnitudes reaches; 0 if none
   *     does
   * @return 0 as long as nothing is known
   */
  float first(double sampled) {
    double value = given() ? first : sampled;
    return value == 0 ? 0 : round(value);
  }

  /**
   * The value for the next step.
   *
   * @param tau the value of this one; 0 stays 0
   * @param sent how many floats have reached it
   * @param length out of how many
   * @param empty whether nothing is left in the residual either
   */
  float next(float tau, int sent, int length, boolean empty) {
    if (tau == 0 || length == 0) {
      return tau;
    }
    double density = (double) sent / length;
    if (density > maxDensity) {
      return round(tau * STEP);
    }
    return density < minDensity && !empty ? round(tau / STEP) : tau;
  }

  private static float round(double value) {
    float bounded = (float) Math.min(GREATEST, Math.max(LEAST, value));
    return Float.intBitsToFloat((Float.floatToRawIntBits(bounded) + 0x8000) & 0xffff0000);
  }
}
