package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.report.ProgressView;
import io.trireme.driver.run.EngineChoice;
import io.trireme.driver.run.JobPlan;
import io.trireme.driver.run.JobRun;
import io.trireme.driver.run.ResumeMode;
import io.trireme.driver.run.RunNotices;
import io.trireme.driver.run.SourceFindings;
import io.trireme.driver.run.StopSwitch;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a job, with its metrics and its result in the run folder. */
@Command(
    name = "train",
    description = "Train a job; its results go to OUTPUT/JOB-ID.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private final Backend backend;
  private final Console console;
  private final Interruption interruption;

  @Mixin private final JobOptions options = new JobOptions();

  @Option(
      names = "--resume",
      paramLabel = "auto|never|PATH",
      defaultValue = "auto",
      description = {
        "auto: go on from the job's newest valid checkpoint, if it has one; the default.",
        "never: begin anew. PATH: begin with the checkpoint there."
      })
  private String resume = "auto";

  @Option(
      names = "--overwrite",
      description = {
        "Begin anew, and replace metrics.jsonl, result.json, model.zip and all checkpoints of an"
            + " earlier run of the same job id.",
        "They are deleted when training begins; other files in the folder stay."
      })
  private boolean overwrite;

  @Option(
      names = "--dry-run",
      description = {
        "Check the job and the cluster, prepare the data, and print what training would do: data,"
            + " model, sharing out, schedule. Nothing is trained."
      })
  private boolean dryRun;

  TrainCommand(Backend backend, Console console, Interruption interruption) {
    this.backend = backend;
    this.console = console;
    this.interruption = interruption;
  }

  @Override
  public Integer call() throws IOException {
    ResumeMode mode = ResumeMode.of(resume);
    JobFile.Loaded loaded = options.job(console.env());
    SparkConf conf = options.spark(loaded.config());
    JobConfig job = EngineChoice.decide(loaded.config(), conf, console.err()::println);
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    RunNotices notices =
        new RunNotices(console.err()::println, line -> console.err().println("warning: " + line));
    JobRun run = new JobRun(job, hadoop, mode, overwrite, notices, console.nanoTime());
    if (!run.isFinished()) {
      SourceFindings.check(job, loaded.unsetVariables(), hadoop);
      if (dryRun) {
        plan(run, conf, job).lines().forEach(console.out()::println);
        return ExitCode.DONE.number();
      }
      Optional<RunResult> result = train(run, conf, job);
      if (result.isPresent()) {
        console.out().println(summary(result.get()) + "  " + run.folder().path());
        return ExitCode.DONE.number();
      }
    }
    console.out().println("job " + job.job() + " has finished already  " + run.folder().path());
    return ExitCode.DONE.number();
  }

  private Optional<RunResult> train(JobRun run, SparkConf conf, JobConfig job) throws IOException {
    StopSwitch stop = new StopSwitch();
    try (Preemption preemption = Preemption.install(stop);
        ProgressView view =
            ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      return run.run(
          (context, listener) -> backend.train(conf, job, context, listener),
          stop,
          interruption::happened,
          List.of(view));
    }
  }

  private JobPlan plan(JobRun run, SparkConf conf, JobConfig job) throws IOException {
    try (ProgressView view =
        ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      return backend.plan(conf, job, run.rehearsal(), view);
    }
  }

  private static String summary(RunResult result) {
    RunResult.Evaluation evaluation = result.evaluation();
    return String.format(
        Locale.ROOT,
        "done: %,d steps, %,.0f examples/s%s",
        result.steps(),
        result.samplesPerSecond(),
        evaluation == null
            ? ""
            : String.format(Locale.ROOT, ", accuracy %.4f", evaluation.accuracy()));
  }
}
