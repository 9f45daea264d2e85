package io.trireme.common.checkpoint;

import io.trireme.common.files.PlainFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a job: {@code OUTPUT/JOB-ID/checkpoints} or another folder. Nothing here
 * damages or deletes a valid checkpoint but {@link #prune} and {@link #clear}.
 *
 * <p>One process at a time may change the folder, the holder of the {@link JobLease}; any number
 * may read.
 */
public final class CheckpointFolder {
  /** Name of the folder in a run's folder, unless the job says otherwise. */
  public static final String NAME = "checkpoints";

  /** The right to change the folder. */
  @FunctionalInterface
  public interface Right {
    /**
     * Makes sure of it.
     *
     * @throws IOException if another may have it, or that cannot be told
     */
    void ensure() throws IOException;
  }

  private static final Pattern STEP = Pattern.compile("step-(\\d{12,18})");

  private final FileSystem fs;
  private final Path path;
  private final @Nullable String job;

  /**
   * A folder that need not exist yet.
   *
   * @param job the job whose checkpoints they are; null to read those of any job
   */
  public CheckpointFolder(FileSystem fs, Path path, @Nullable String job) {
    this.fs = PlainFiles.plain(fs);
    this.path = path;
    this.job = job;
  }

  /** The folder itself. */
  public Path path() {
    return path;
  }

  /** Where the files of a step go. */
  public Path stepFolder(long step) {
    return new Path(path, String.format(Locale.ROOT, "step-%012d", step));
  }

  /**
   * Every step that has a folder, in ascending order.
   *
   * @throws IOException if the folder cannot be listed; one that does not exist is empty
   */
  public List<StepInspection> list(Check check) throws IOException {
    StepInspector inspector = new StepInspector(fs, job);
    return steps().stream().map(step -> inspector.inspect(step, stepFolder(step), check)).toList();
  }

  /** What one step is. */
  public StepInspection inspect(long step, Check check) {
    return new StepInspector(fs, job).inspect(step, stepFolder(step), check);
  }

  /**
   * The newest valid step.
   *
   * @throws BadCheckpointException if a step that is newer than that is of another job or of a
   *     newer format: to pass over those would lose work, and later get in their way
   * @throws IOException if the folder cannot be listed
   */
  public Choice newestValid(Check check) throws IOException {
    List<StepInspection> skipped = new ArrayList<>();
    for (long step : descending()) {
      StepInspection report = inspect(step, check);
      switch (report.state()) {
        case VALID -> {
          return new Choice(report, skipped);
        }
        case NEWER_FORMAT, FOREIGN_JOB ->
            throw new BadCheckpointException(
                report.state(), report.reason() + "; or move " + report.folder() + " away");
        case UNCOMMITTED, DAMAGED, UNREADABLE -> skipped.add(report);
      }
    }
    return new Choice(null, skipped);
  }

  /**
   * Opens a step for reading.
   *
   * @throws BadCheckpointException if its manifest is not valid or its files are not there; their
   *     content is verified as it is read
   */
  public Checkpoint open(long step) throws IOException {
    StepInspection report = inspect(step, Check.MANIFEST);
    Manifest manifest = report.manifest();
    if (!report.valid() || manifest == null) {
      throw new BadCheckpointException(report.state(), "cannot open " + report);
    }
    return new Checkpoint(fs, stepFolder(step), manifest);
  }

  /**
   * Makes a checkpoint of files that were written. When this returns, the step exists; when it
   * throws, call it again or forget the step.
   *
   * <p>Where the step has a valid checkpoint of another attempt already, as after a resumption from
   * an older one, that one stays, since the two are equal, and the files of this attempt are
   * debris.
   *
   * @return the manifest that stands
   * @throws IOException naming the manifest and the operation that failed
   * @throws BadCheckpointException if files of the manifest are missing, or the step is of another
   *     job, of a newer format or cannot be read; it stays as it is
   */
  public Manifest commit(Manifest manifest) throws IOException {
    if (job != null && !manifest.job().equals(job)) {
      throw new IllegalArgumentException(
          "manifest of job " + manifest.job() + " in the folder of job " + job);
    }
    Path folder = stepFolder(manifest.step());
    Path file = new Path(folder, Manifest.FILE);
    Map<String, Long> lengths = StepInspector.lengths(fs, folder);
    if (lengths.containsKey(Manifest.FILE)) {
      Manifest standing = standing(manifest);
      if (standing != null) {
        return standing;
      }
      Deletions.delete(fs, file);
    }
    StepInspector.checkLengths(folder, manifest, lengths);
    write(file, ManifestJson.encode(manifest));
    return manifest;
  }

  /** The valid manifest that is there already; null if what is there is damaged. */
  private @Nullable Manifest standing(Manifest manifest) throws BadCheckpointException {
    StepInspection there = inspect(manifest.step(), Check.EVERY_BYTE);
    return switch (there.state()) {
      case VALID -> there.manifest();
      case DAMAGED, UNCOMMITTED -> null;
      case UNREADABLE, NEWER_FORMAT, FOREIGN_JOB ->
          throw new BadCheckpointException(
              there.state(),
              String.format(
                  Locale.ROOT,
                  "cannot commit step %d: %s; move %s away",
                  manifest.step(),
                  there.reason(),
                  there.folder()));
    };
  }

  private void write(Path file, byte[] bytes) throws IOException {
    String operation = "create";
    boolean created = false;
    try {
      FSDataOutputStream out = fs.create(file, false);
      created = true;
      try (out) {
        operation = "write";
        out.write(bytes, 0, bytes.length);
        operation = "sync";
        out.hsync();
        operation = "close";
      }
      operation = "read back";
      if (!Arrays.equals(StepInspector.bytes(fs, file), bytes)) {
        // Not ours to delete: a file system without exclusive create let two of us write it.
        created = false;
        throw new IOException("another manifest is there; does another driver run this job?");
      }
    } catch (IOException e) {
      if (created) {
        Deletions.deleteAfter(e, fs, file);
      }
      throw new IOException("cannot " + operation + " " + file + ": " + e, e);
    }
  }

  /**
   * Deletes old steps: all but the newest {@code keep} valid ones, and what uncommitted or damaged
   * attempts left in steps up to the newest valid one. Steps newer than that, those of other jobs
   * or newer formats, and those that cannot be read stay. Without a valid step nothing is deleted.
   *
   * @param keep how many to keep, at least 1
   * @param check how closely those that are kept are looked at before anything is deleted
   * @throws IOException if anything could not be deleted; the rest was
   */
  public Pruned prune(int keep, Check check) throws IOException {
    return prune(keep, check, Set.of(), () -> {});
  }

  /**
   * The same, where closer looks have found steps damaged: they are not among those that are kept.
   *
   * @param damaged steps that count as damaged, even if this look finds nothing
   * @param right made sure of before each deletion
   * @throws IOException if anything could not be deleted; the rest was
   */
  public Pruned prune(int keep, Check check, Set<Long> damaged, Right right) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep " + keep + ", expected 1 or more");
    }
    return new Pruner(fs, this).prune(keep, check, damaged, right);
  }

  /**
   * Deletes all steps of the job, since it is to begin anew.
   *
   * @throws BadCheckpointException if one is of another job, of a newer format or cannot be read;
   *     nothing is deleted then
   */
  public void clear() throws IOException {
    List<StepInspection> all = list(Check.MANIFEST);
    for (StepInspection report : all) {
      switch (report.state()) {
        case VALID, UNCOMMITTED, DAMAGED -> {}
        case UNREADABLE, NEWER_FORMAT, FOREIGN_JOB ->
            throw new BadCheckpointException(
                report.state(), "will not delete " + report + "; move it away");
      }
    }
    for (StepInspection report : all) {
      Pruner.deleteStep(fs, report.folder());
    }
  }

  /** Steps that have a folder, newest first. */
  List<Long> descending() throws IOException {
    return steps().stream().sorted(Comparator.reverseOrder()).toList();
  }

  private List<Long> steps() throws IOException {
    FileStatus[] entries;
    try {
      entries = fs.listStatus(path);
    } catch (FileNotFoundException none) {
      return List.of();
    } catch (IOException e) {
      throw new IOException("cannot list the checkpoints in " + path + ": " + e, e);
    }
    List<Long> steps = new ArrayList<>();
    for (FileStatus entry : entries) {
      Matcher matcher = STEP.matcher(entry.getPath().getName());
      if (entry.isDirectory() && matcher.matches()) {
        steps.add(Long.parseLong(matcher.group(1)));
      }
    }
    steps.sort(null);
    return steps;
  }
}
