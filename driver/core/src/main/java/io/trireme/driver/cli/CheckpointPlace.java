package io.trireme.driver.cli;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Choice;
import io.trireme.common.checkpoint.JobLease;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.config.JobConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where checkpoints are: what every command about them takes. */
final class CheckpointPlace {

  @Parameters(
      paramLabel = "JOB.yaml|FOLDER",
      description = "The job file, or the run's folder or that of its checkpoints.")
  private String place = "";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of the job file, such as --set output.dir=runs.")
  private List<String> sets = new ArrayList<>();

  // Read by Main, which reports the errors.
  @Option(names = JobOptions.VERBOSE, description = "Show stack traces of errors.")
  private boolean verbose;

  /** Hadoop's configuration, as training has it. */
  static Configuration hadoop() {
    return SparkHadoopUtil.get().newConfiguration(new SparkConf());
  }

  /** The job, if a job file was named. */
  @Nullable JobConfig job(Map<String, String> env) {
    java.nio.file.Path file = localFile();
    return file == null ? null : JobFile.load(file, sets, env);
  }

  private java.nio.file.@Nullable Path localFile() {
    boolean yaml = place.endsWith(".yaml") || place.endsWith(".yml");
    if (yaml) {
      return java.nio.file.Path.of(place);
    }
    boolean uri = place.contains("://");
    return !uri && Files.isRegularFile(java.nio.file.Path.of(place))
        ? java.nio.file.Path.of(place)
        : null;
  }

  /** The checkpoints; need not exist. */
  CheckpointFolder folder(Map<String, String> env) throws IOException {
    JobConfig job = job(env);
    if (job != null) {
      RunFolder run = RunFolder.of(job, hadoop());
      return new CheckpointFolder(run.fileSystem(), run.checkpoints(), job.job());
    }
    try {
      Path path = new Path(place);
      FileSystem fs = PlainFiles.of(path, hadoop());
      Path inside = new Path(path, CheckpointFolder.NAME);
      Path folder = fs.exists(inside) ? inside : path;
      if (!fs.exists(folder)) {
        throw missing("no such file or folder");
      }
      return new CheckpointFolder(fs, fs.makeQualified(folder), null);
    } catch (IOException | IllegalArgumentException e) {
      throw missing("cannot be used: " + e);
    }
  }

  /**
   * Where the lease of their job's driver is: in the run's folder, wherever its checkpoints are. Of
   * a mere folder of checkpoints it is known only if it is in the run's.
   */
  Path lease(Map<String, String> env, CheckpointFolder folder) {
    JobConfig job = job(env);
    Path run = job == null ? folder.path().getParent() : RunFolder.of(job, hadoop()).path();
    return new Path(run, JobLease.NAME);
  }

  private PreflightException missing(String what) {
    return new PreflightException(
        List.of(
            new Finding(
                place,
                what,
                "name a job file, or the folder OUTPUT/JOB-ID of a run, or that of its"
                    + " checkpoints")));
  }

  /** The step that was asked for; the newest valid one if none was. */
  static StepInspection step(CheckpointFolder folder, @Nullable Long step, Check check)
      throws IOException {
    if (step != null) {
      StepInspection report = folder.inspect(step, check);
      if (!report.valid()) {
        throw new BadCheckpointException(report.state(), report.toString());
      }
      return report;
    }
    Choice choice = folder.newestValid(check);
    StepInspection newest = choice.newest();
    if (newest == null) {
      throw none(folder, choice.skipped());
    }
    return newest;
  }

  /** There is nothing to work on. */
  static PreflightException none(CheckpointFolder folder, List<StepInspection> skipped) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        new Finding(
            "checkpoints in " + folder.path(),
            "there is no valid one",
            "train with checkpoints, or name another place"));
    for (StepInspection report : skipped) {
      findings.add(new Finding("step " + report.step(), report.toString(), "it cannot be used"));
    }
    return new PreflightException(findings);
  }

  /** Opens what was asked for. */
  static Checkpoint open(CheckpointFolder folder, @Nullable Long step, Check check)
      throws IOException {
    return folder.open(step(folder, step, check).step());
  }
}
