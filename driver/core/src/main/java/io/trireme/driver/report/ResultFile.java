package io.trireme.driver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
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
   * The result that is there.
   *
   * @throws IOException if it cannot be read
   */
  public static RunResult read(FileSystem fs, Path path) throws IOException {
    try (InputStream in = fs.open(path)) {
      return ReportJson.MAPPER.readValue(in, RunResult.class);
    } catch (JsonProcessingException e) {
      throw new IOException(path + " is no result that can be read: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Whether a result is there that does not say of itself that its run failed. One that cannot be
   * understood counts as a success: it may still be of use.
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

  /**
   * Refuses a job that is not the one of which the result is there, as far as the result tells.
   *
   * @throws PreflightException if it has another number of epochs
   */
  public static void refuseOther(FileSystem fs, Path path, JobConfig job) throws IOException {
    try (InputStream in = fs.open(path)) {
      int epochs = ReportJson.MAPPER.readTree(in).path("epochs").asInt(job.epochs());
      if (epochs != job.epochs()) {
        throw new PreflightException(
            List.of(
                new Finding(
                    "run folder " + path.getParent(),
                    "holds the result of a finished run of job "
                        + job.job()
                        + " with epochs: "
                        + epochs
                        + " and without checkpoints to go on from",
                    "set another job id, or pass --overwrite to replace that run's metrics, result"
                        + " and model")));
      }
    } catch (JsonProcessingException e) {
      throw new PreflightException(
          List.of(
              new Finding(
                  path.toString(),
                  "is no result that can be read",
                  "move it away, or pass --overwrite to replace it")));
    }
  }
}
