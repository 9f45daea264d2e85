package io.trireme.driver.run;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.report.ResultFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** The folder {@code OUTPUT/JOB-ID} of a run's results. */
public final class RunFolder {
  private final String job;
  private final FileSystem fs;
  private final Path path;
  private final CheckpointFolder checkpoints;

  /** Where checkpoints go to a folder of their own; null if they go to this one, or nowhere. */
  private final @Nullable FileSystem checkpointSystem;

  private final List<Made> made = new ArrayList<>();

  private record Made(FileSystem fs, Path folder) {}

  private RunFolder(
      String job,
      FileSystem fs,
      Path path,
      CheckpointFolder checkpoints,
      @Nullable FileSystem checkpointSystem) {
    this.job = job;
    this.fs = fs;
    this.path = path;
    this.checkpoints = checkpoints;
    this.checkpointSystem = checkpointSystem;
  }

  /**
   * The run folder of a job; nothing is made yet.
   *
   * @throws PreflightException if {@code output.dir} or {@code checkpoint.dir} names no file system
   *     that can be reached
   */
  public static RunFolder of(JobConfig config, Configuration configuration) {
    String dir = config.output().dir();
    try {
      Path path = new Path(new Path(dir), config.job());
      FileSystem fs = PlainFiles.of(path, configuration);
      path = fs.makeQualified(path);
      return of(config, fs, path, configuration);
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(dir, e);
    }
  }

  private static RunFolder of(
      JobConfig config, FileSystem fs, Path run, Configuration configuration) {
    CheckpointConfig checkpoint = config.checkpoint();
    String dir = checkpoint == null ? null : checkpoint.dir();
    if (dir == null) {
      Path inside = new Path(run, CheckpointFolder.NAME);
      return new RunFolder(
          config.job(), fs, run, new CheckpointFolder(fs, inside, config.job()), null);
    }
    try {
      Path path = new Path(dir);
      FileSystem own = PlainFiles.of(path, configuration);
      CheckpointFolder folder = new CheckpointFolder(own, own.makeQualified(path), config.job());
      return new RunFolder(config.job(), fs, run, folder, own);
    } catch (IOException | IllegalArgumentException e) {
      throw unusable("checkpoint", "checkpoint.dir", dir, e);
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

  /** Where its checkpoints go. */
  public Path checkpoints() {
    return checkpoints.path();
  }

  /** Its checkpoints; the folder need not exist. */
  public CheckpointFolder checkpointFolder() {
    return checkpoints;
  }

  /**
   * Makes sure that a run may write here, and to the folder of its checkpoints: tries to write, and
   * refuses a folder that holds the result of a run that did not fail. Deletes nothing.
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
      probe(fs, path);
    } catch (IOException e) {
      throw unusable(path.toString(), e);
    }
    if (checkpointSystem != null) {
      try {
        probe(checkpointSystem, checkpoints.path());
      } catch (IOException e) {
        throw unusable("checkpoint", "checkpoint.dir", checkpoints.path().toString(), e);
      }
    }
  }

  private void probe(FileSystem where, Path folder) throws IOException {
    for (Path at = folder; at != null && !where.exists(at); at = at.getParent()) {
      made.add(new Made(where, at));
    }
    Path probe = new Path(folder, ".writable");
    AtomicFile.writeText(where, probe, job);
    if (!where.delete(probe, false)) {
      throw new IOException("cannot delete " + probe);
    }
  }

  /**
   * Undoes {@link #claim} for a run that did not begin: deletes the folders that it made, as far as
   * they are empty.
   */
  public void release() throws IOException {
    for (Made one : made) {
      if (!one.fs().exists(one.folder()) || one.fs().listStatus(one.folder()).length == 0) {
        boolean unused = one.fs().delete(one.folder(), false);
      }
    }
    made.clear();
  }

  /**
   * Deletes what an earlier run of the same job left, so that no old result stands beside a new
   * run. Everything else in the folder stays.
   *
   * @param goesOn whether the run goes on from a checkpoint, so that its metrics stay
   */
  public void clear(boolean goesOn) throws IOException {
    for (Path old : goesOn ? List.of(result(), model()) : List.of(result(), metrics(), model())) {
      if (fs.exists(old) && !fs.delete(old, false)) {
        throw new IOException("cannot delete " + old + " of an earlier run; delete it by hand");
      }
    }
  }

  private static PreflightException unusable(String folder, Exception e) {
    return unusable("output", "output.dir", folder, e);
  }

  private static PreflightException unusable(String what, String key, String folder, Exception e) {
    return new PreflightException(
        List.of(
            new Finding(
                what + " folder " + folder,
                "cannot be used: " + (e.getCause() instanceof IOException cause ? cause : e),
                "make it writable, or set " + key + " to another folder")));
  }
}
