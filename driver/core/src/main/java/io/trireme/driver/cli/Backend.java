package io.trireme.driver.cli;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.run.JobPlan;
import io.trireme.driver.run.RunContext;
import org.apache.spark.SparkConf;

/** What does the work of a command, on the cluster that Spark's configuration names. */
interface Backend {

  /** Trains, see {@link io.trireme.driver.run.JobRun.Trainer}. */
  RunResult train(SparkConf conf, JobConfig job, RunContext context, TrainingListener listener);

  /**
   * Says what training would do, up to its first step, see {@link
   * io.trireme.driver.run.TrainingRun#plan}.
   */
  JobPlan plan(SparkConf conf, JobConfig job, RunContext context, TrainingListener listener);

  /**
   * Prepares both data sets of a job, unless they are ready.
   *
   * @throws io.trireme.data.BadDataException if a source cannot be used
   * @throws io.trireme.driver.api.result.PreflightException if a folder cannot be read or written
   */
  PreparedData prepare(SparkConf conf, JobConfig job, TrainingListener listener);
}
