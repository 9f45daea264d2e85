package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.run.JobPlan;
import io.trireme.driver.run.RunContext;
import io.trireme.driver.run.RunFolder;
import io.trireme.driver.run.RunInputs;
import io.trireme.driver.run.SparkStart;
import io.trireme.driver.run.TrainingRun;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Works in Spark applications of its own, one for each command. */
final class SparkBackend implements Backend {

  @Override
  public RunResult train(
      SparkConf conf, JobConfig job, RunContext context, TrainingListener listener) {
    try (JavaSparkContext spark = SparkStart.application(conf)) {
      return run(spark, job, context, listener).train().result();
    }
  }

  @Override
  public JobPlan plan(
      SparkConf conf, JobConfig job, RunContext context, TrainingListener listener) {
    try (JavaSparkContext spark = SparkStart.application(conf)) {
      return run(spark, job, context, listener).plan();
    }
  }

  private static TrainingRun run(
      JavaSparkContext spark, JobConfig job, RunContext context, TrainingListener listener) {
    RunFolder folder = RunFolder.of(job, spark.hadoopConfiguration());
    return new TrainingRun(spark, RunInputs.of(job), folder, context, listener);
  }

  @Override
  public PreparedData prepare(SparkConf conf, JobConfig job, TrainingListener listener) {
    try (JavaSparkContext spark = SparkStart.application(conf)) {
      listener.phase(TrainingPhase.PREPARING);
      return RunInputs.of(job).prepare(spark, RunFolder.of(job, spark.hadoopConfiguration()));
    }
  }
}
