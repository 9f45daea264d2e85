package io.trireme.driver.cli;

import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.StepInspection;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Steps as a table for people. */
final class CheckpointTable {
  private static final String ROW = "%12s %6s %10s %8s  %s%n";
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private CheckpointTable() {}

  /** Prints one line a step, in ascending order, with the reason of those that are not valid. */
  static void print(PrintStream out, List<StepInspection> reports, long nowMs) {
    out.printf(Locale.ROOT, ROW, "step", "epoch", "size", "age", "state");
    for (StepInspection report : reports) {
      Manifest manifest = report.manifest();
      String reason = report.reason().isEmpty() ? "" : ": " + report.reason();
      out.printf(
          Locale.ROOT,
          ROW,
          report.step(),
          manifest == null ? "-" : manifest.cursor().epochReached(),
          size(report.lengthBytes()),
          manifest == null ? "-" : age(nowMs - manifest.writtenAtMs()),
          report.state().words() + reason);
    }
  }

  /** Bytes with one digit after the point. */
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }

  /** A time that has passed, in its largest unit. */
  static String age(long milliseconds) {
    long seconds = Math.max(0, milliseconds) / 1000;
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + " min";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }
}
