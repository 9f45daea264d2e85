package io.trireme.driver.job;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.report.ResultFile;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folder {@code OUTPUT/JOB-ID} of a run's results. */
public final class RunFolder {
  private final String job;
  private final FileSystem fs;
  private final Path path;

  private RunFolder(String job, FileSystem fs, Path path) {
    this.job = job;
    this.fs = fs;
    this.path = path;
  }

  /**
   * The run folder of a job; nothing is made yet.
   *
   * @throws PreflightException if {@code output.dir} names no file system that can be reached
   */
  public static RunFolder of(JobConfig config, Configuration configuration) {
    String dir = config.output().dir();
    try {
      Path path = new Path(new Path(dir), config.job());
      FileSystem fs = PlainFiles.of(path, configuration);
      return new RunFolder(config.job(), fs, fs.makeQualified(path));
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(dir, e);
    }
  }

  /** The folder itself, with its scheme. */
  public Path path() {
    return path;
  }

  /** The file system of the folder; not to be closed. */
  public FileSystem fileSystem() {
    return fs;
  }

  /** Where the progress of training is logged. */
  public Path metrics() {
    return new Path(path, "metrics.jsonl");
  }

  /** Where the result is published. */
  public Path result() {
    return new Path(path, "result.json");
  }

  /** Where the trained model is published. */
  public Path model() {
    return new Path(path, "model.zip");
  }

  /**
   * Makes sure that a run may write here: tries to write, and refuses a folder that holds the
   * result of a run that did not fail. Deletes nothing.
   *
   * @param overwrite whether such a result may be lost
   * @throws PreflightException if the folder cannot be used
   */
  public void claim(boolean overwrite) {
    try {
      if (!overwrite && ResultFile.holdsSuccess(fs, result())) {
        throw new PreflightException(
            List.of(
                new Finding(
                    "run folder " + path,
                    "holds the result of a finished run of job " + job,
                    "set another job id, or pass --overwrite to replace that run's metrics, result"
                        + " and model")));
      }
      Path probe = new Path(path, ".writable");
      AtomicFile.writeText(fs, probe, job);
      if (!fs.delete(probe, false)) {
        throw new IOException("cannot delete " + probe);
      }
    } catch (IOException e) {
      throw unusable(path.toString(), e);
    }
  }

  /**
   * Deletes what an earlier run of the same job left, so that no old result stands beside a new
   * run. Everything else in the folder stays.
   */
  public void clear() throws IOException {
    for (Path old : List.of(result(), metrics(), model())) {
      if (fs.exists(old) && !fs.delete(old, false)) {
        throw new IOException("cannot delete " + old + " of an earlier run; delete it by hand");
      }
    }
  }

  private static PreflightException unusable(String folder, Exception e) {
    return new PreflightException(
        List.of(
            new Finding(
                "output folder " + folder,
                "cannot be used: " + (e.getCause() instanceof IOException cause ? cause : e),
                "make it writable, or set output.dir to another folder")));
  }
}
