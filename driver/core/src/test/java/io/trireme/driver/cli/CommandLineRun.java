package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.run.JobPlan;
import io.trireme.driver.run.RunContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;

/** The command line without Spark: arguments in, exit code and output out, and made-up jobs. */
final class CommandLineRun {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err;
  private final List<String> masters = new ArrayList<>();
  private final Console console;
  private final Interruption interruption;
  private Training training =
      (job, listener) -> {
        throw new AssertionError("nothing is to run");
      };
  private Supplier<PreparedData> preparing =
      () -> {
        throw new AssertionError("nothing is to be prepared");
      };

  CommandLineRun() {
    this(new ByteArrayOutputStream());
  }

  /** One whose standard error is written to a stream of the test. */
  CommandLineRun(ByteArrayOutputStream err) {
    this.err = err;
    console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of(),
            () -> 0);
    interruption = new Interruption(console);
  }

  /** What a job does that is to be trained. */
  interface Training {
    RunResult run(JobConfig job, TrainingListener listener);
  }

  private final class MadeUp implements Backend {
    @Override
    public RunResult train(
        SparkConf conf, JobConfig job, RunContext context, TrainingListener listener) {
      masters.add(conf.get("spark.master"));
      return training.run(job, listener);
    }

    @Override
    public JobPlan plan(
        SparkConf conf, JobConfig job, RunContext context, TrainingListener listener) {
      masters.add(conf.get("spark.master"));
      return new JobPlan(List.of("plan of " + job.job() + " from step " + context.start().step()));
    }

    @Override
    public PreparedData prepare(SparkConf conf, JobConfig job, TrainingListener listener) {
      masters.add(conf.get("spark.master"));
      return preparing.get();
    }
  }

  /** What a job that is to be trained does; without this, it fails the test. */
  CommandLineRun training(Training does) {
    training = does;
    return this;
  }

  /** What a job of which only the data are wanted gets; without this, it fails the test. */
  CommandLineRun preparing(PreparedData data) {
    preparing = () -> data;
    return this;
  }

  /** Runs one command; its output is put behind that of those before. */
  int run(String... args) {
    int code = new Main(new MadeUp(), console, interruption).run(args);
    interruption.done();
    return code;
  }

  /** Forgets the output so far. */
  void clear() {
    out.reset();
    err.reset();
  }

  /** The masters on which jobs were to run, in their order. */
  List<String> masters() {
    return masters;
  }

  /** What a signal sets off. */
  Interruption interruption() {
    return interruption;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
