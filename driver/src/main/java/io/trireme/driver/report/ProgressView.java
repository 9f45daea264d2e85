package io.trireme.driver.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows a run to a person: as a bar on a terminal, else as plain lines. */
public sealed interface ProgressView extends RunObserver, AutoCloseable
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

  /** Loss and speed of an interval, as both views show them. */
  static String measures(Progress progress) {
    return String.format(
        Locale.ROOT,
        "epoch %d/%d  loss %.4f  %,.0f examples/s",
        progress.epoch(),
        progress.epochs(),
        progress.loss(),
        progress.samplesPerSecond());
  }
}
