package io.trireme.cuda.check;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.spec.Precision;
import io.trireme.cuda.spec.Work;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/** Times the gradients of a network. */
final class Timing {
  private static final int WARM = 20;
  private static final int MOST = 20_000;

  private Timing() {}

  /** Every precision that the card has. */
  static void of(CudaDevice device, String name, int examples, double seconds, PrintStream out) {
    for (Precision precision : Precision.values()) {
      if (precision == Precision.EXACT || device.computeCapability() >= Check.TENSOR_CORES) {
        int batch = Networks.batch(name, examples);
        of(device, name, new Run(batch, precision, seconds), out);
      }
    }
  }

  private record Run(int examples, Precision precision, double seconds) {}

  private static void of(CudaDevice device, String name, Run run, PrintStream out) {
    int examples = run.examples;
    double seconds = run.seconds;
    try (CudaEngine engine = Check.engine(device, name, examples, run.precision)) {
      double whole = median(() -> ignore(engine.compute(examples, 0, 0, 1)), seconds);
      double inside = median(() -> engine.computeOnDevice(examples), seconds);
      double flops = (double) Work.gradientFlops(Networks.of(name)) * examples;
      out.println(
          String.format(
              Locale.ROOT,
              "%-7s batch %d, %s: %.3f ms, %.0f examples/s with copies; %.3f ms, %.0f examples/s on"
                  + " the card, %.1f %% of fp32 peak; %d kernels, %d MiB",
              name,
              examples,
              run.precision,
              whole,
              examples / whole * 1e3,
              inside,
              examples / inside * 1e3,
              100 * flops / (inside * 1e-3) / peak(device),
              engine.launches(examples),
              engine.deviceBytes() >> 20));
    }
  }

  private static void ignore(double loss) {
    if (Double.isNaN(loss)) {
      throw new IllegalStateException("the loss is no number");
    }
  }

  private static double median(Runnable step, double seconds) {
    for (int i = 0; i < WARM; i++) {
      step.run();
    }
    double[] times = new double[MOST];
    int count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (count < MOST && (count == 0 || System.nanoTime() < end)) {
      long from = System.nanoTime();
      step.run();
      times[count++] = (System.nanoTime() - from) / 1e6;
    }
    double[] seen = Arrays.copyOf(times, count);
    Arrays.sort(seen);
    return seen[count / 2];
  }

  /** Operations a second that the card could do in float. */
  private static double peak(CudaDevice device) {
    int capability = device.computeCapability();
    int lanes = capability >= 86 ? 128 : 64;
    return 2.0 * lanes * device.multiprocessors() * device.clockKhz() * 1e3;
  }
}
