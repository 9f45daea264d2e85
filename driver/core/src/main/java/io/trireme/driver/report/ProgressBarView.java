package io.trireme.driver.report;

import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingPhase;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with steps, time, loss and speed, drawn over itself; phases before it are lines. */
final class ProgressBarView implements ProgressView {
  private static final String CLEAR_LINE = "\r\u001b[2K";
  private static final int UPDATE_MS = 250;

  private final PrintStream out;
  private final int width;
  private @Nullable ProgressBar bar;
  private @Nullable EndedLine drawn;

  /**
   * A view on a terminal.
   *
   * @param width columns to use; negative for what the terminal has
   */
  ProgressBarView(PrintStream out, int width) {
    this.out = out;
    this.width = width;
  }

  @Override
  public void phase(TrainingPhase phase) {
    close();
    if (phase != TrainingPhase.TRAINING) {
      out.println(phase.title());
    }
  }

  @Override
  public void progress(Progress progress) {
    ProgressBar open = bar;
    if (open == null) {
      EndedLine line = new EndedLine(out, width);
      open =
          new ProgressBarBuilder()
              .setTaskName(TrainingPhase.TRAINING.title())
              .setInitialMax(progress.steps())
              .startsFrom(progress.step(), java.time.Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(UPDATE_MS)
              .setConsumer(line)
              .build();
      bar = open;
      drawn = line;
    }
    // What matters least stands last, where a narrow terminal cuts it off.
    open.setExtraMessage(
        ProgressView.loss(progress)
            + "  "
            + ProgressView.speed(progress)
            + "  "
            + ProgressView.epoch(progress));
    open.stepTo(progress.step());
  }

  @Override
  public void notice(String message) {
    out.println((bar == null ? "" : CLEAR_LINE) + message);
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
