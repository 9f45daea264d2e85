package io.trireme.driver.report;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows a run to a person: as a bar on a terminal, else as plain lines. */
public sealed interface ProgressView extends TrainingListener, AutoCloseable
    permits ProgressBarView, ProgressLines {

  /**
   * The view that fits.
   *
   * @param out where it is shown
   * @param terminal whether a person watches, and characters can be overwritten
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  static ProgressView on(PrintStream out, boolean terminal, LongSupplier nanoTime) {
    return terminal ? new ProgressBarView(out, -1) : new ProgressLines(out, nanoTime);
  }

  /** Ends the view; what was shown last stays. */
  @Override
  void close();

  /** Epoch of an interval, as both views show it. */
  static String epoch(Progress progress) {
    return "epoch " + progress.epoch() + "/" + progress.epochs();
  }

  /** Loss of an interval, as both views show it. */
  static String loss(Progress progress) {
    return String.format(Locale.ROOT, "loss %.4f", progress.loss());
  }

  /** Speed of an interval, as both views show it. */
  static String speed(Progress progress) {
    return String.format(Locale.ROOT, "%,.0f examples/s", progress.samplesPerSecond());
  }

  /**
   * How long the rest takes if it goes on so.
   *
   * @param left steps to do
   * @param done steps done
   * @param nanos time that those took
   * @return such as {@code 0:06 left} or {@code 1:02:03 left}; empty where it is not known
   */
  static String timeLeft(long left, long done, long nanos) {
    if (done <= 0 || left <= 0) {
      return "";
    }
    long seconds = Math.round(nanos * 1e-9 * left / done);
    long minutes = seconds / 60;
    return minutes < 60
        ? String.format(Locale.ROOT, "%d:%02d left", minutes, seconds % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d left", minutes / 60, minutes % 60, seconds % 60);
  }
}
