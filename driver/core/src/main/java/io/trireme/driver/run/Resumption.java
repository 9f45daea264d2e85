package io.trireme.driver.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Choice;
import io.trireme.common.checkpoint.Difference;
import io.trireme.common.checkpoint.Differences;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.config.JobConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Finds where a job begins: anew, or from a checkpoint. */
public final class Resumption {
  private static final Pattern STEP = Pattern.compile("step-(\\d+)");

  private Resumption() {}

  /**
   * The job's own newest valid checkpoint, of which every byte was read.
   *
   * @param tell is told of every newer step that is passed over, and why
   * @throws PreflightException if the job has changed in what is computed; or if there are
   *     checkpoints, but all of them are damaged
   */
  public static StartPoint own(JobConfig job, RunFolder folder, Consumer<String> tell)
      throws IOException {
    CheckpointFolder own = folder.checkpointFolder();
    StartPoint start = newest(own, tell);
    Manifest manifest = start.manifest();
    if (manifest != null) {
      refuseChanges(manifest, Fingerprints.json(job), "step " + manifest.step());
    }
    return start;
  }

  /** The newest valid checkpoint of a folder, without a look at the job. */
  public static StartPoint newest(CheckpointFolder own, Consumer<String> tell) throws IOException {
    Choice choice = own.newestValid(Check.EVERY_BYTE);
    StepInspection newest = choice.newest();
    for (StepInspection skipped : choice.skipped()) {
      if (newest != null || skipped.state() != StepState.UNCOMMITTED) {
        tell.accept("passing over the checkpoint of " + skipped);
      }
    }
    if (newest == null || newest.manifest() == null) {
      if (choice.skipped().stream().anyMatch(step -> step.state() != StepState.UNCOMMITTED)) {
        throw new BadCheckpointException(
            choice.skipped().get(0).state(),
            "no checkpoint in "
                + own.path()
                + " is valid, so the job would begin anew; --resume never --overwrite does that");
      }
      return StartPoint.NEW;
    }
    Set<Long> damaged = new HashSet<>();
    for (StepInspection skipped : choice.skipped()) {
      if (skipped.state() == StepState.DAMAGED) {
        damaged.add(skipped.step());
      }
    }
    return new StartPoint(own, newest.manifest(), damaged);
  }

  /**
   * A checkpoint at a path: a step's folder, a folder of checkpoints, or a run's folder.
   *
   * @throws PreflightException if it is of a job that computes something else
   */
  public static StartPoint at(
      String place, JobConfig job, Configuration hadoop, Consumer<String> tell) throws IOException {
    Path path = new Path(place);
    FileSystem fs = PlainFiles.of(path, hadoop);
    path = fs.makeQualified(path);
    if (!fs.exists(path)) {
      throw new PreflightException(
          List.of(new Finding("--resume " + place, "does not exist", "correct the path")));
    }
    Matcher step = STEP.matcher(path.getName());
    StartPoint start;
    if (step.matches()) {
      CheckpointFolder folder = new CheckpointFolder(fs, path.getParent(), null);
      StepInspection report = folder.inspect(Long.parseLong(step.group(1)), Check.EVERY_BYTE);
      if (!report.valid()) {
        throw new BadCheckpointException(report.state(), "cannot resume: " + report);
      }
      start = new StartPoint(folder, report.manifest(), Set.of());
    } else {
      Path inside = new Path(path, CheckpointFolder.NAME);
      start = newest(new CheckpointFolder(fs, fs.exists(inside) ? inside : path, null), tell);
    }
    Manifest manifest = start.manifest();
    if (manifest == null) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "--resume " + place, "holds no checkpoint", "name the folder of a checkpoint")));
    }
    refuseChanges(manifest, Fingerprints.json(job), place);
    return start;
  }

  private static void refuseChanges(Manifest stored, JsonNode config, String what) {
    refuse(Differences.of(stored.config(), config), what);
  }

  /**
   * Refuses a job that its checkpoint does not fit, now that model and data are known.
   *
   * @throws PreflightException with all differences
   */
  public static void refuseChanges(
      Manifest stored, JobConfig job, String layoutFingerprint, String dataset) {
    refuse(
        Differences.of(stored, Fingerprints.json(job), layoutFingerprint, dataset),
        "step " + stored.step());
  }

  /**
   * Refuses a model that differs from the checkpoint's in what its layout does not tell, such as an
   * activation, a loss or a dropout.
   *
   * @param model its DL4J configuration as JSON
   * @throws PreflightException if it is another one
   */
  public static void refuseOtherModel(Manifest stored, String model) throws IOException {
    ObjectMapper json = new ObjectMapper();
    if (!stored.model().isEmpty() && !json.readTree(stored.model()).equals(json.readTree(model))) {
      refuse(
          List.of(
              new Difference(
                  "model",
                  "the stored DL4J configuration",
                  "another of the same layout",
                  false,
                  "it changes what is computed")),
          "step " + stored.step());
    }
  }

  /**
   * Refuses executors whose engines would compute other bits than those that came to the
   * checkpoint.
   *
   * @param engine what decides the bits of their gradients; empty if nothing
   * @throws PreflightException if it is something else
   */
  static void refuseOtherEngine(Manifest stored, String engine) {
    String before = stored.notes().getOrDefault(Checkpointer.ENGINE_NOTE, "");
    if (!before.equals(engine)) {
      refuse(
          List.of(new Difference("engine", before, engine, false, "it changes what is computed")),
          "step " + stored.step());
    }
  }

  private static void refuse(List<Difference> differences, String what) {
    List<Finding> findings = new ArrayList<>();
    for (Difference difference : differences) {
      // A checkpoint at a path may come from a job of another id.
      if (!difference.safe() && !difference.key().equals("job")) {
        findings.add(
            new Finding(
                "checkpoint of " + what,
                difference.toString(),
                "undo the change, use another job id, or begin anew by --resume never"
                    + " --overwrite"));
      }
    }
    if (!findings.isEmpty()) {
      throw new PreflightException(findings);
    }
  }

  /**
   * Refuses a job that has checkpoints of its own, where it is not to go on from them.
   *
   * @throws PreflightException naming the newest
   */
  public static void refuseOwn(RunFolder folder) throws IOException {
    Manifest own = lastOf(folder);
    if (own != null) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "checkpoints in " + folder.checkpoints(),
                  "reach to step " + own.step() + ", and the job is not to go on from there",
                  "drop --resume, set another job id, or pass --overwrite to delete them")));
    }
  }

  /** The newest of a job's steps that is valid by its manifest; null if none is. */
  public static @Nullable Manifest lastOf(RunFolder folder) throws IOException {
    StepInspection newest = folder.checkpointFolder().newestValid(Check.MANIFEST).newest();
    return newest == null ? null : newest.manifest();
  }
}
