package io.trireme.driver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.trireme.common.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Publishes and looks at {@code result.json}. */
public final class ResultFile {
  private ResultFile() {}

  /** Publishes a result whole, in place of an older one. */
  public static void write(FileSystem fs, Path path, RunResult result) throws IOException {
    String json =
        ReportJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
    AtomicFile.writeText(fs, path, json);
  }

  /**
   * Whether a result is there that does not say of itself that its run failed. One that cannot be
   * understood counts as a success: it may be of worth to somebody.
   */
  public static boolean holdsSuccess(FileSystem fs, Path path) throws IOException {
    if (!fs.exists(path)) {
      return false;
    }
    try (InputStream in = fs.open(path)) {
      String status = ReportJson.MAPPER.readTree(in).path("status").asText();
      return !status.equals(RunResult.Status.FAILED.word());
    } catch (JsonProcessingException e) {
      return true;
    }
  }
}
