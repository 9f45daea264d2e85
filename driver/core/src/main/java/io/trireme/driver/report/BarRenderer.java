package io.trireme.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * Draws the bar with as many measures beside it as the terminal's width allows. What matters least
 * gives way first, and the bar itself keeps some room; the library's own renderer cuts the line's
 * end off and shrinks the bar to nothing on a terminal of 80 columns.
 */
final class BarRenderer implements ProgressBarRenderer {
  private static final int LEAST_BAR = 10;

  /** A part of the line: shown in the order of the line, and left out in the order of weight. */
  private record Part(String text, int weight) {}

  private final LongSupplier nanoTime;
  private final long startNs;
  private volatile @Nullable Progress latest;

  /** A bar of training that begins now. */
  BarRenderer(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.startNs = nanoTime.getAsLong();
  }

  /** What to draw from now on. */
  void show(Progress progress) {
    latest = progress;
  }

  @Override
  public String render(ProgressState state, int maxLength) {
    return line(maxLength);
  }

  /** The line, of so many columns at the most. */
  String line(int width) {
    Progress progress = latest;
    if (progress == null || width <= 0) {
      return "";
    }
    double done = progress.steps() == 0 ? 1 : (double) progress.step() / progress.steps();
    String percent = String.format(Locale.ROOT, "%3d%%", (int) (done * 100));
    List<Part> parts =
        List.of(
            new Part(RunObserver.Phase.TRAINING.title(), 1),
            new Part(String.format(Locale.ROOT, "%,d/%,d", progress.step(), progress.steps()), 5),
            new Part(
                ProgressView.timeLeft(
                    progress.steps() - progress.step(),
                    progress.step(),
                    nanoTime.getAsLong() - startNs),
                3),
            new Part(ProgressView.epoch(progress), 2),
            new Part(ProgressView.loss(progress), 6),
            new Part(ProgressView.speed(progress), 4));
    List<Part> shown = fitting(parts, width - percent.length() - "  []".length() - LEAST_BAR);
    StringBuilder before = new StringBuilder();
    StringBuilder after = new StringBuilder();
    for (Part part : shown) {
      if (part == parts.get(0)) {
        before.append(part.text).append(' ');
      } else {
        after.append("  ").append(part.text);
      }
    }
    before.append(percent);
    int bar = width - before.length() - after.length() - " []".length();
    if (bar >= 1) {
      int filled = (int) (done * bar);
      before.append(" [").append("=".repeat(filled)).append(" ".repeat(bar - filled)).append(']');
    }
    String line = bar >= 1 ? before.append(after).toString() : percent.strip();
    return line.substring(0, Math.min(width, line.length()));
  }

  /** The weightiest parts that have room, in the order of the line. */
  private static List<Part> fitting(List<Part> parts, int room) {
    List<Part> byWeight = new ArrayList<>(parts);
    byWeight.sort((a, b) -> b.weight - a.weight);
    List<Part> chosen = new ArrayList<>();
    int left = room;
    for (Part part : byWeight) {
      int needed = part.text.length() + 2;
      if (part.text.isEmpty()) {
        continue;
      }
      if (needed > left) {
        break;
      }
      chosen.add(part);
      left -= needed;
    }
    return parts.stream().filter(chosen::contains).toList();
  }
}
