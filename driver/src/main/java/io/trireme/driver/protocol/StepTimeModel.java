package io.trireme.driver.protocol;

import io.trireme.common.control.CodecChoice;
import io.trireme.common.control.CodecRate;
import java.util.Map;

/**
 * How long a step takes with each pair of codecs, from those that were measured. Gradients are
 * encoded while earlier blocks are on their way, so of encoding and sending the longer counts:
 *
 * <pre>
 * t = compute + a + max(way's CPU, way's bytes / B) + max(back's CPU, back's bytes / B)
 * </pre>
 *
 * <p>a and B are the line of least relative squares through what the measured steps took beyond
 * computing and coding. All of that is taken to come one after the other there, and to overlap
 * here: so the model errs towards promising too much, and what is best is tried.
 */
final class StepTimeModel {

  private final double vectorBytes;
  private final double decodesPerServer;
  private final double servers;
  private final Map<String, CodecRate> rates;
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
    for (Measured one : measured) {
      compute = Math.min(compute, one.computeSeconds());
    }
    double w = 0;
    double wx = 0;
    double wy = 0;
    double wxx = 0;
    double wxy = 0;
    double least = Double.MAX_VALUE;
    int points = 0;
    for (Measured one : measured) {
      double x = bytes(one.choice());
      CodecChoice choice = one.choice();
      double y = Math.max(1e-6, one.stepSeconds() - compute - wayCpu(choice) - backCpu(choice));
      double weight = 1 / (y * y);
      w += weight;
      wx += weight * x;
      wy += weight * y;
      wxx += weight * x * x;
      wxy += weight * x * y;
      least = Math.min(least, y);
      points++;
    }
    computeSeconds = points == 0 ? 0 : compute;
    double spread = w * wxx - wx * wx;
    if (points < 2 || spread <= 1e-9 * w * wxx) {
      secondsPerByte = wxx == 0 ? 0 : wxy / wxx;
      return;
    }
    secondsPerByte = (w * wxy - wx * wy) / spread;
    fixedSeconds = (wy - secondsPerByte * wx) / w;
    if (secondsPerByte < 0) {
      secondsPerByte = 0;
      fixedSeconds = least;
    } else if (fixedSeconds < 0) {
      fixedSeconds = 0;
      secondsPerByte = wxy / wxx;
    }
  }

  private double ratio(String codec) {
    CodecRate rate = rates.get(codec);
    return rate == null ? 1 : rate.ratio();
  }

  private double bytes(CodecChoice choice) {
    return vectorBytes * (ratio(choice.way().codec()) + ratio(choice.back().codec()));
  }

  private double wayCpu(CodecChoice choice) {
    CodecRate rate = rates.get(choice.way().codec());
    return rate == null ? 0 : rate.encodeSeconds() + rate.decodeSeconds() * decodesPerServer;
  }

  private double backCpu(CodecChoice choice) {
    CodecRate rate = rates.get(choice.back().codec());
    return rate == null
        ? 0
        : (rate.encodeSeconds() + rate.decodeSeconds()) / servers + rate.decodeSeconds();
  }

  /** Seconds that a step takes at the least. */
  double predict(CodecChoice choice) {
    double perVector = secondsPerByte * vectorBytes;
    return computeSeconds
        + fixedSeconds
        + Math.max(wayCpu(choice), perVector * ratio(choice.way().codec()))
        + Math.max(backCpu(choice), perVector * ratio(choice.back().codec()));
  }

  /** What the links carry for each worker, both directions together. */
  double linkBytesPerSecond() {
    return 1 / secondsPerByte;
  }
}
