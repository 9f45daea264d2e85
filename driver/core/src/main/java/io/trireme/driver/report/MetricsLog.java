package io.trireme.driver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trireme.driver.api.event.CompressionEvent;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.RecoveryEvent;
import io.trireme.driver.api.event.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FSDataInputStream;
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
 * <p>The file is made at the first line and replaces an older one, but for a run that goes on from
 * a checkpoint: of that one the lines up to the checkpoint's step stay, and the others go. A
 * failure to write ends the run: metrics that are asked for are not dropped in silence.
 */
public final class MetricsLog implements TrainingListener, AutoCloseable {
  private final FileSystem fs;
  private final Path path;
  private @Nullable FSDataOutputStream out;

  /** The step up to which an older file's lines stay; none do if it is 0. */
  private long keepTo;

  /** A log that will be written to a path; nothing is made yet. */
  public MetricsLog(FileSystem fs, Path path) {
    this.fs = fs;
    this.path = path;
  }

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
    write(line);
  }

  /**
   * Writes a line with {@code "event": "recovery"}.
   *
   * @throws UncheckedIOException naming the file, if it cannot be written
   */
  @Override
  public void recovery(RecoveryEvent recovery) {
    writeEvent("recovery", recovery);
  }

  /**
   * Writes a line with {@code "event": "checkpoint"}.
   *
   * @throws UncheckedIOException naming the file, if it cannot be written
   */
  @Override
  public void checkpoint(long step, long lengthBytes, double seconds) {
    ObjectNode line = ReportJson.MAPPER.createObjectNode();
    line.put("event", "checkpoint");
    line.put("step", step);
    line.put("bytes", lengthBytes);
    line.put("commitSeconds", seconds);
    write(line);
  }

  /**
   * Writes a line with {@code "event": "compression"}.
   *
   * @throws UncheckedIOException naming the file, if it cannot be written
   */
  @Override
  public void compression(CompressionEvent choice) {
    writeEvent("compression", choice);
  }

  private void writeEvent(String name, Object event) {
    ObjectNode line = ReportJson.MAPPER.createObjectNode();
    line.put("event", name);
    line.setAll((ObjectNode) ReportJson.MAPPER.valueToTree(event));
    write(line);
  }

  /** Lines of steps after this one are cut away, and writing goes on. */
  @Override
  public void resumed(long step) {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write metrics to " + path, e);
    }
    keepTo = step;
    ObjectNode line = ReportJson.MAPPER.createObjectNode();
    line.put("event", "resumed");
    line.put("step", step);
    write(line);
  }

  /** The lines of an older file that are still true; a last one that was cut off is not. */
  private String kept() throws IOException {
    if (keepTo == 0 || !fs.exists(path)) {
      return "";
    }
    StringBuilder kept = new StringBuilder();
    try (FSDataInputStream in = fs.open(path)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
        if (!line.isEmpty() && stepOf(line) <= keepTo) {
          kept.append(line).append('\n');
        }
      }
    }
    return kept.toString();
  }

  private static long stepOf(String line) {
    try {
      return ReportJson.MAPPER.readTree(line).path("step").asLong(Long.MAX_VALUE);
    } catch (JsonProcessingException damaged) {
      return Long.MAX_VALUE;
    }
  }

  private void write(ObjectNode line) {
    try {
      FSDataOutputStream open = out;
      if (open == null) {
        byte[] older = kept().getBytes(StandardCharsets.UTF_8);
        open = fs.create(path, true);
        out = open;
        open.write(older);
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
