package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.job.JobFactory;
import io.trireme.driver.job.RunFolder;
import io.trireme.driver.report.MetricsLog;
import io.trireme.driver.report.ProgressView;
import io.trireme.driver.report.ResultFile;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.report.RunResult;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine;
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

  @Mixin private final JobOptions options = new JobOptions();

  @Option(
      names = "--resume",
      paramLabel = "never",
      defaultValue = "never",
      description = "Start anew. Resuming (auto or a path) is not built yet.")
  private String resume = "never";

  @Option(
      names = "--overwrite",
      description = {
        "Replace metrics.jsonl, result.json and model.zip of a finished run of the same job id.",
        "They are deleted when training begins; other files in the folder stay."
      })
  private boolean overwrite;

  @Spec private CommandSpec spec = CommandSpec.create();

  TrainCommand(JobFactory factory, Console console) {
    this.factory = factory;
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (!resume.equals("never")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--resume " + resume + ": resuming from checkpoints is not built yet; expected never");
    }
    JobConfig job = options.job(console.env());
    SparkConf conf = options.spark(job);
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    RunFolder folder = RunFolder.of(job, hadoop);
    folder.claim(overwrite);
    RunRecord record = new RunRecord(job, folder, console.nanoTime());
    RunResult result;
    try {
      result = train(job, conf, folder, record);
      ResultFile.write(folder.fileSystem(), folder.result(), result);
    } catch (IOException | RuntimeException | Error e) {
      fail(record, e);
      throw e;
    }
    console.out().println(summary(result) + "  " + folder.path());
    return ExitCode.DONE.number();
  }

  private RunResult train(JobConfig job, SparkConf conf, RunFolder folder, RunRecord record)
      throws IOException {
    try (MetricsLog metrics = new MetricsLog(folder.fileSystem(), folder.metrics());
        ProgressView view =
            ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      return factory.runner(conf).run(job, RunObserver.all(List.of(record, metrics, view)));
    }
  }

  private static void fail(RunRecord record, Throwable failure) {
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
