package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.job.JobFactory;
import io.trireme.driver.job.JobPreparer.Prepared;
import io.trireme.driver.report.ProgressView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a job's shards and says where they are. */
@Command(
    name = "prepare",
    description = "Turn a job's data into shards, unless they are ready.",
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  private final JobFactory factory;
  private final Console console;

  @Mixin private final JobOptions options = new JobOptions();

  PrepareCommand(JobFactory factory, Console console) {
    this.factory = factory;
    this.console = console;
  }

  @Override
  public Integer call() {
    JobConfig job = options.job(console.env());
    Prepared prepared;
    try (ProgressView view =
        ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      prepared = factory.preparer(options.spark(job)).prepare(job, view);
    }
    console
        .out()
        .printf(
            "%s %,d training and %,d test examples in %s%n",
            prepared.reused() ? "found" : "prepared",
            prepared.trainExamples(),
            prepared.testExamples(),
            prepared.folder());
    return ExitCode.DONE.number();
  }
}
