package io.trireme.driver.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Plain lines for logs and pipes: each phase, each warning, and progress at most every five
 * seconds, but always at the last step.
 */
final class ProgressLines implements ProgressView {
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(5);

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private long startNs;
  private long startStep;
  private long lastNs;
  private boolean started;

  ProgressLines(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  @Override
  public void phase(Phase phase) {
    out.println(phase.title());
    if (phase == Phase.TRAINING) {
      started = true;
      startNs = nanoTime.getAsLong();
      lastNs = startNs;
      startStep = 0;
    }
  }

  @Override
  public void progress(Progress progress) {
    long now = nanoTime.getAsLong();
    if (!started) {
      // The view joined a run that was under way; speed is counted from here.
      started = true;
      startNs = now;
      lastNs = now;
      startStep = progress.step();
    }
    if (now - lastNs >= INTERVAL_NS || progress.step() == progress.steps()) {
      lastNs = now;
      out.printf(
          Locale.ROOT,
          "step %,d/%,d  %s%s%n",
          progress.step(),
          progress.steps(),
          ProgressView.measures(progress),
          timeLeft(progress, now));
    }
  }

  @Override
  public void warning(String message) {
    out.println("warning: " + message);
  }

  @Override
  public void close() {
    out.flush();
  }

  private String timeLeft(Progress progress, long nowNs) {
    long done = progress.step() - startStep;
    long left = progress.steps() - progress.step();
    if (done <= 0 || left <= 0) {
      return "";
    }
    long seconds = Math.round((nowNs - startNs) * 1e-9 * left / done);
    return String.format(Locale.ROOT, "  %d:%02d left", seconds / 60, seconds % 60);
  }
}
