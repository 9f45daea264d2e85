package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.report.RunResult;

/** Trains a job from its data to its evaluated model. */
@FunctionalInterface
public interface JobRunner {

  /**
   * Runs a job to its end and writes its model. The run folder exists and is writable; the caller
   * writes {@code metrics.jsonl} and {@code result.json}.
   *
   * @param observer is told of everything on the calling thread, or on one other thread with a
   *     happens-before edge to the return; {@link RunObserver.Phase#TRAINING} must be reported
   *     before the first step
   * @throws PreflightException before the first step, with all that is in the way
   * @throws TrainingFailedException if the run fails later
   */
  RunResult run(JobConfig config, RunObserver observer);
}
