package io.trireme.driver.job;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.report.RunObserver;

/** Makes the shards of a job's data sets. */
@FunctionalInterface
public interface JobPreparer {

  /**
   * What was prepared.
   *
   * @param folder folder of the shards
   * @param trainExamples examples in the training set
   * @param testExamples examples in the test set
   * @param reused whether the shards were ready before
   */
  record Prepared(String folder, long trainExamples, long testExamples, boolean reused) {}

  /**
   * Prepares both data sets of a job, unless they are ready.
   *
   * @throws PreflightException if the sources or the folder cannot be used
   */
  Prepared prepare(JobConfig config, RunObserver observer);
}
