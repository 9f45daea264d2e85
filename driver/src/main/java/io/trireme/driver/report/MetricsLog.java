package io.trireme.driver.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code metrics.jsonl}: one JSON object on one line for each {@link Progress}. A line is
 * handed to readers as soon as it is written, where the file system can do that; object stores show
 * the file when it is closed.
 *
 * <p>The file is made at the first line and replaces an older one. A failure to write ends the run:
 * metrics that are asked for are not dropped in silence.
 */
public final class MetricsLog implements RunObserver, AutoCloseable {
  private final FileSystem fs;
  private final Path path;
  private @Nullable FSDataOutputStream out;

  /** A log that will be written to a path; nothing is made yet. */
  public MetricsLog(FileSystem fs, Path path) {
    this.fs = fs;
    this.path = path;
  }

  @Override
  public void phase(Phase phase) {}

  @Override
  public void warning(String message) {}

  /**
   * Writes a line.
   *
   * @throws UncheckedIOException naming the file, if it cannot be written
   */
  @Override
  public void progress(Progress progress) {
    ObjectNode line = ReportJson.MAPPER.valueToTree(progress);
    line.remove("steps");
    line.remove("epochs");
    try {
      FSDataOutputStream open = out;
      if (open == null) {
        open = fs.create(path, true);
        out = open;
      }
      open.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      if (open.hasCapability(StreamCapabilities.HFLUSH)) {
        open.hflush();
      } else {
        open.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write metrics to " + path, e);
    }
  }

  /** Completes the file. */
  @Override
  public void close() throws IOException {
    FSDataOutputStream open = out;
    out = null;
    if (open != null) {
      open.close();
    }
  }
}
