package io.trireme.driver.cli;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.report.MetricsLog;
import io.trireme.driver.report.Progress;
import io.trireme.driver.report.ProgressView;
import io.trireme.driver.report.ResultFile;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.report.RunResult;
import io.trireme.driver.run.Finding;
import io.trireme.driver.run.JobFactory;
import io.trireme.driver.run.LeaseKeeper;
import io.trireme.driver.run.PreflightException;
import io.trireme.driver.run.ResumeMode;
import io.trireme.driver.run.ResumeMode.Kind;
import io.trireme.driver.run.Resumption;
import io.trireme.driver.run.RunControl;
import io.trireme.driver.run.RunFolder;
import io.trireme.driver.run.SourceFindings;
import io.trireme.driver.run.StartPoint;
import io.trireme.driver.run.StopSwitch;
import io.trireme.driver.run.StoppedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a job, with its metrics and its result in the run folder. */
@Command(
    name = "train",
    description = "Train a job; its results go to OUTPUT/JOB-ID.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private final JobFactory factory;
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

  @Spec private CommandSpec spec = CommandSpec.create();

  TrainCommand(JobFactory factory, Console console, Interruption interruption) {
    this.factory = factory;
    this.console = console;
    this.interruption = interruption;
  }

  @Override
  public Integer call() throws IOException {
    ResumeMode mode = ResumeMode.of(resume);
    if (overwrite && mode.kind() == Kind.AUTO) {
      mode = ResumeMode.of("never");
    }
    JobFile.Loaded loaded = options.job(console.env());
    JobConfig job = loaded.config();
    SparkConf conf = options.spark(job);
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    RunFolder folder = RunFolder.of(job, hadoop);
    if (mode.kind() == Kind.AUTO && isFinished(job, folder)) {
      return finished(job, folder);
    }
    SourceFindings.check(job, loaded.unsetVariables(), hadoop);
    folder.claim(overwrite || mode.kind() == Kind.AUTO);
    RunRecord record = new RunRecord(job, folder, console.nanoTime());
    LeaseKeeper lease = lease(folder, record);
    try {
      if (mode.kind() == Kind.AUTO && isFinished(job, folder)) {
        // The driver that was waited for has done it.
        return finished(job, folder);
      }
      RunResult result = train(job, conf, hadoop, folder, mode, record, lease);
      console.out().println(summary(result) + "  " + folder.path());
      return ExitCode.DONE.number();
    } catch (IOException | RuntimeException | Error e) {
      if (!record.began()) {
        lease.discard();
      }
      fail(record, e);
      throw e;
    } finally {
      lease.close();
    }
  }

  private int finished(JobConfig job, RunFolder folder) {
    console.out().println("job " + job.job() + " has finished already  " + folder.path());
    return ExitCode.DONE.number();
  }

  /**
   * Whether there is nothing left to do.
   *
   * @throws io.trireme.driver.run.PreflightException if the job has changed since
   */
  private static boolean isFinished(JobConfig job, RunFolder folder) throws IOException {
    if (!ResultFile.holdsSuccess(folder.fileSystem(), folder.result())) {
      return false;
    }
    Manifest last = Resumption.lastOf(folder);
    if (last == null) {
      ResultFile.refuseOther(folder.fileSystem(), folder.result(), job);
      return true;
    }
    Resumption.refuseChanges(last, job, last.layoutFingerprint(), "");
    return last.config().path("epochs").asInt() >= job.epochs();
  }

  private LeaseKeeper lease(RunFolder folder, RunRecord record) throws IOException {
    try {
      return LeaseKeeper.acquire(
          folder.fileSystem(), folder.path(), Clock.systemUTC(), console.err()::println);
    } catch (IOException | RuntimeException e) {
      fail(record, e);
      throw e;
    }
  }

  private RunResult train(
      JobConfig job,
      SparkConf conf,
      Configuration hadoop,
      RunFolder folder,
      ResumeMode mode,
      RunRecord record,
      LeaseKeeper lease)
      throws IOException {
    StopSwitch stop = new StopSwitch();
    StartPoint start = start(job, folder, mode, hadoop);
    RunObserver first = clearing(folder, mode);
    try (Preemption preemption = Preemption.install(stop);
        MetricsLog metrics = new MetricsLog(folder.fileSystem(), folder.metrics());
        ProgressView view =
            ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      RunResult result =
          factory
              .runner(conf, new RunControl(start, lease, stop))
              .run(job, RunObserver.all(List.of(first, record, metrics, view)));
      ResultFile.write(folder.fileSystem(), folder.result(), result);
      return result;
    }
  }

  private StartPoint start(JobConfig job, RunFolder folder, ResumeMode mode, Configuration hadoop)
      throws IOException {
    Consumer<String> tell = line -> console.err().println("warning: " + line);
    if (mode.kind() == Kind.AUTO) {
      return Resumption.own(job, folder, tell);
    }
    if (!overwrite) {
      Resumption.refuseOwn(folder);
    }
    if (mode.kind() == Kind.NEVER) {
      return StartPoint.NEW;
    }
    StartPoint start = Resumption.at(mode.path(), job, hadoop, tell);
    CheckpointFolder from = start.from();
    if (from != null && from.path().equals(folder.checkpoints())) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "--resume " + mode.path(),
                  "is one of the job's own checkpoints, all of which --overwrite deletes",
                  "set another job id (--set job=ID) to begin with it, or drop both options to go on"
                      + " from the newest")));
    }
    return start;
  }

  /** Deletes the checkpoints of an earlier run when one begins that does not go on from them. */
  private static RunObserver clearing(RunFolder folder, ResumeMode mode) {
    return new RunObserver() {
      private boolean done = mode.kind() == Kind.AUTO;

      @Override
      public void phase(Phase phase) {
        if (phase == Phase.STARTING && !done) {
          done = true;
          try {
            folder.checkpointFolder().clear();
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          }
        }
      }

      @Override
      public void progress(Progress progress) {}

      @Override
      public void warning(String message) {}
    };
  }

  private void fail(RunRecord record, Throwable failure) {
    if (failure instanceof StoppedException) {
      return;
    }
    if (interruption.happened()) {
      // What Spark says while it is stopped under the run is no reason.
      return;
    }
    try {
      record.fail(ExitCode.message(failure));
    } catch (IOException e) {
      failure.addSuppressed(e);
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
