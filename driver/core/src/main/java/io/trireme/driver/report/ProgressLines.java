package io.trireme.driver.report;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingPhase;
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
  private long resumedAt;
  private boolean started;

  ProgressLines(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  @Override
  public void phase(TrainingPhase phase) {
    out.println(phase.title());
    if (phase == TrainingPhase.TRAINING) {
      started = true;
      startNs = nanoTime.getAsLong();
      lastNs = startNs;
      startStep = resumedAt;
    }
  }

  @Override
  public void resumed(long step) {
    resumedAt = step;
    out.printf(Locale.ROOT, "going on after step %,d%n", step);
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
          "step %,d/%,d  %s  %s  %s%s%n",
          progress.step(),
          progress.steps(),
          ProgressView.epoch(progress),
          ProgressView.loss(progress),
          ProgressView.speed(progress),
          timeLeft(progress, now));
    }
  }

  @Override
  public void notice(String message) {
    out.println(message);
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
    String left =
        ProgressView.timeLeft(
            progress.steps() - progress.step(), progress.step() - startStep, nowNs - startNs);
    return left.isEmpty() ? "" : "  " + left;
  }
}
