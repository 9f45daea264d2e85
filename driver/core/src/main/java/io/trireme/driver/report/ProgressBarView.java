package io.trireme.driver.report;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar with steps, time left, loss and speed, drawn over itself; phases before it are lines. */
final class ProgressBarView implements ProgressView {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final int width;
  private final LongSupplier nanoTime;
  private @Nullable BarRenderer renderer;
  private @Nullable ProgressBar bar;
  private @Nullable EndedLine drawn;

  /**
   * A view on a terminal.
   *
   * @param width columns to use; negative for what the terminal has
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  ProgressBarView(PrintStream out, int width, LongSupplier nanoTime) {
    this.out = out;
    this.width = width;
    this.nanoTime = nanoTime;
  }

  @Override
  public void phase(Phase phase) {
    close();
    if (phase == Phase.TRAINING) {
      renderer = new BarRenderer(nanoTime);
    } else {
      out.println(phase.title());
    }
  }

  @Override
  public void progress(Progress progress) {
    BarRenderer drawing = renderer;
    if (drawing == null) {
      drawing = new BarRenderer(nanoTime);
      renderer = drawing;
    }
    drawing.show(progress);
    ProgressBar open = bar;
    if (open == null) {
      EndedLine line = new EndedLine(out, width);
      open =
          new ProgressBarBuilder()
              .setTaskName(Phase.TRAINING.title())
              .setInitialMax(progress.steps())
              .setRenderer(drawing)
              .setUpdateIntervalMillis(250)
              .setConsumer(line)
              .build();
      bar = open;
      drawn = line;
    }
    open.stepTo(progress.step());
  }

  @Override
  public void warning(String message) {
    out.println((bar == null ? "" : CLEAR_LINE) + "warning: " + message);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    if (drawn != null) {
      drawn.close();
      drawn = null;
    }
  }

  /** Ends its line once: the library does not for a bar that lives less than one update. */
  private static final class EndedLine extends ConsoleProgressBarConsumer {
    private final AtomicBoolean ended = new AtomicBoolean();

    EndedLine(PrintStream out, int width) {
      super(out, width);
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        super.close();
      }
    }
  }
}
