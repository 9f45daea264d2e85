package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecChoice;
import io.trireme.common.message.CodecRate;
import java.util.Map;

/**
 * How long a step takes with each pair of codecs, from those that were measured: either encoding
 * and sending overlap, and the longer counts, or they come one after the other.
 *
 * <pre>
 * t = compute + a + max(push's CPU, push's bytes / B) + max(pull's CPU, pull's bytes / B)
 * t = compute + a + push's CPU + push's bytes / B + pull's CPU + pull's bytes / B
 * </pre>
 *
 * <p>Which of the two, a and B are found on a grid, by the least squares of relative errors. Where
 * the measured steps leave it open, the model that promises most holds: what is best is tried.
 */
final class StepTimeModel {

  private static final int GRID = 24;
  private static final double SPEED_STEP = 0.95;

  /** A difference of squared relative errors that says nothing. */
  private static final double TIE = 1e-5;

  private final double vectorBytes;
  private final double decodesPerServer;
  private final double servers;
  private final Map<String, CodecRate> rates;
  private boolean overlaps = true;
  private double computeSeconds;
  private double fixedSeconds;
  private double secondsPerByte;

  /** What the steps of one pair of codecs took. */
  record Measured(CodecChoice choice, double stepSeconds, double computeSeconds) {}

  /**
   * A model of a job.
   *
   * @param vectorBytes of the whole vector as it is
   * @param rates by codec, of all but {@code none}
   */
  StepTimeModel(
      double vectorBytes,
      int workers,
      int servers,
      Map<String, CodecRate> rates,
      Iterable<Measured> measured) {
    this.vectorBytes = vectorBytes;
    this.decodesPerServer = (double) workers / servers;
    this.servers = servers;
    this.rates = rates;
    fit(measured);
  }

  private void fit(Iterable<Measured> measured) {
    double compute = Double.MAX_VALUE;
    double rest = Double.MAX_VALUE;
    double slowest = Double.MAX_VALUE;
    for (Measured one : measured) {
      double other = Math.max(0, one.stepSeconds() - one.computeSeconds());
      compute = Math.min(compute, one.computeSeconds());
      rest = Math.min(rest, other);
      // No step was shorter than its bytes took.
      slowest = Math.min(slowest, other / bytes(one.choice()));
    }
    if (compute == Double.MAX_VALUE) {
      return;
    }
    computeSeconds = compute;
    double least = Double.MAX_VALUE;
    for (boolean overlap : new boolean[] {true, false}) {
      for (int fixed = 0; fixed < GRID; fixed++) {
        for (int speed = 0; speed <= GRID * 2; speed++) {
          double perByte = speed == GRID * 2 ? 0 : slowest * Math.pow(SPEED_STEP, speed - 2);
          double a = rest * fixed / GRID;
          double error = error(measured, overlap, a, perByte);
          if (error < least - TIE) {
            least = error;
            overlaps = overlap;
            fixedSeconds = a;
            secondsPerByte = perByte;
          }
        }
      }
    }
  }

  private double error(Iterable<Measured> measured, boolean overlap, double a, double perByte) {
    double error = 0;
    for (Measured one : measured) {
      double off = predict(one.choice(), overlap, a, perByte) / one.stepSeconds() - 1;
      error += off * off;
    }
    return error;
  }

  private double ratio(String codec) {
    CodecRate rate = rates.get(codec);
    return rate == null ? 1 : rate.ratio();
  }

  private double bytes(CodecChoice choice) {
    return vectorBytes * (ratio(choice.push().codec()) + ratio(choice.pull().codec()));
  }

  private double pushCpu(CodecChoice choice) {
    CodecRate rate = rates.get(choice.push().codec());
    return rate == null ? 0 : rate.encodeSeconds() + rate.decodeSeconds() * decodesPerServer;
  }

  private double pullCpu(CodecChoice choice) {
    CodecRate rate = rates.get(choice.pull().codec());
    return rate == null
        ? 0
        : (rate.encodeSeconds() + rate.decodeSeconds()) / servers + rate.decodeSeconds();
  }

  /** Seconds that a step takes. */
  double predict(CodecChoice choice) {
    return predict(choice, overlaps, fixedSeconds, secondsPerByte);
  }

  private double predict(CodecChoice choice, boolean overlap, double a, double perByte) {
    double perVector = perByte * vectorBytes;
    return computeSeconds
        + a
        + both(pushCpu(choice), perVector * ratio(choice.push().codec()), overlap)
        + both(pullCpu(choice), perVector * ratio(choice.pull().codec()), overlap);
  }

  private static double both(double cpu, double wire, boolean overlap) {
    return overlap ? Math.max(cpu, wire) : cpu + wire;
  }

  /** What the links carry for each worker, both directions together. */
  double linkBytesPerSecond() {
    return 1 / secondsPerByte;
  }
}
