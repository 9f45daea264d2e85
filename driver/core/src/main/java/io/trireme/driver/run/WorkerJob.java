package io.trireme.driver.run;

import io.trireme.common.config.EngineConfig;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.executor.WorkerTask;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/** The Spark job whose tasks are the workers of a run. */
final class WorkerJob {

  private static final long RESULT_DEADLINE_S = 120;

  private final JavaFutureAction<List<WorkerResult>> tasks;

  private WorkerJob(JavaFutureAction<List<WorkerResult>> tasks) {
    this.tasks = tasks;
  }

  /** Submits as many workers, each with an engine. */
  static WorkerJob submit(JavaSparkContext spark, String run, int workers, EngineConfig engine) {
    return new WorkerJob(
        spark
            .parallelize(IntStream.range(0, workers).boxed().toList(), workers)
            .map(new WorkerTask(run, engine))
            .collectAsync());
  }

  /** Whether all workers have ended, or Spark has given them up. */
  boolean isDone() {
    return tasks.isDone();
  }

  /** Whether the job is done without a result of every worker. */
  boolean hasFailed() throws InterruptedException {
    if (!tasks.isDone()) {
      return false;
    }
    try {
      return tasks.isCancelled() || tasks.get().isEmpty();
    } catch (ExecutionException e) {
      return true;
    }
  }

  /**
   * The result of worker 0, once all workers are done.
   *
   * @throws TrainingFailedException if a worker failed, or the replicas are not equal bit for bit
   */
  WorkerResult result() throws InterruptedException {
    List<WorkerResult> results;
    try {
      results = tasks.get(RESULT_DEADLINE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      String cause =
          String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
      throw new TrainingFailedException(
          "a worker failed: " + cause.lines().findFirst().orElse(cause), e);
    } catch (TimeoutException e) {
      throw new TrainingFailedException(
          "the workers' results did not come within " + RESULT_DEADLINE_S + " s of the last step",
          e);
    }
    WorkerResult first = results.get(0);
    for (WorkerResult other : results) {
      if (!other.paramsSha256().equals(first.paramsSha256())) {
        throw new TrainingFailedException(
            "worker "
                + other.worker()
                + " ends with parameters "
                + other.paramsSha256()
                + ", worker 0 with "
                + first.paramsSha256()
                + ": a replica has gone astray; please report this");
      }
    }
    return first;
  }

  /** Ends the tasks after a failure, to which it adds that they could not be ended. */
  void cancel(Exception failure) {
    boolean cancelled = tasks.cancel(true);
    if (!cancelled && !tasks.isDone()) {
      failure.addSuppressed(
          new IllegalStateException("the workers' Spark job could not be cancelled"));
    }
  }
}
