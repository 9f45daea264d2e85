package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.data.DatasetDescription;
import io.trireme.driver.jobfile.JobFile;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.report.ProgressView;
import io.trireme.driver.run.SourceFindings;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a job's shards and says where they are. */
@Command(
    name = "prepare",
    description = "Turn a job's data into shards, unless they are ready.",
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  private final Backend backend;
  private final Console console;

  @Mixin private final JobOptions options = new JobOptions();

  PrepareCommand(Backend backend, Console console) {
    this.backend = backend;
    this.console = console;
  }

  @Override
  public Integer call() {
    JobFile.Loaded loaded = options.job(console.env());
    JobConfig job = loaded.config();
    SparkConf conf = options.spark(job);
    SourceFindings.check(
        job, loaded.unsetVariables(), SparkHadoopUtil.get().newConfiguration(conf));
    PreparedData prepared;
    try (ProgressView view =
        ProgressView.on(console.err(), console.terminal(), console.nanoTime())) {
      prepared = backend.prepare(conf, job, view);
    }
    DatasetDescription test = prepared.test();
    console
        .out()
        .printf(
            Locale.ROOT,
            "%s %,d training examples in %s%s%n",
            prepared.reused() ? "found" : "prepared",
            prepared.train().examples(),
            prepared.trainUri(),
            test == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    " and %,d test examples in %s",
                    test.examples(),
                    prepared.testUri()));
    return ExitCode.DONE.number();
  }
}
