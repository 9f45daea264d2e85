package io.trireme.driver.run;

import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.spark.CoordinatorGuard;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** Whether an attempt has failed, and whether a checkpoint can save the run then. */
final class FailureCheck {

  /** Tasks fail a moment before the coordinator learns why. */
  private static final long REASON_DEADLINE_NS = TimeUnit.SECONDS.toNanos(2);

  private final CoordinatorGuard run;
  private final Lease lease;
  private final boolean hasCheckpoints;
  private final NanoClock clock;

  FailureCheck(CoordinatorGuard run, Lease lease, boolean hasCheckpoints, NanoClock clock) {
    this.run = run;
    this.lease = lease;
    this.hasCheckpoints = hasCheckpoints;
    this.clock = clock;
  }

  /**
   * Throws if the run has failed.
   *
   * @throws RunLostException if it can go on from a checkpoint
   * @throws TrainingFailedException if it cannot
   */
  void check() {
    checkLease();
    if (run.ask(Coordinator::phase) == CoordinatorPhase.FAILED) {
      String why = String.valueOf(run.ask(Coordinator::failure));
      if (run.ask(Coordinator::isLost) && hasCheckpoints) {
        throw new RunLostException(why, run.ask(Coordinator::restarts));
      }
      throw new TrainingFailedException(why);
    }
  }

  /**
   * Throws if Spark has given the workers up. Workers that have all ended well have their results:
   * what fails after them fails no run.
   */
  void checkEnded(WorkerJob workers) throws InterruptedException {
    if (!workers.hasFailed()) {
      return;
    }
    long start = clock.nanoTime();
    while (!run.ask(Coordinator::phase).isOver() && clock.nanoTime() - start < REASON_DEADLINE_NS) {
      run.await(RunWaits.TURN_MS, clock);
    }
    check();
    int restarts = run.ask(Coordinator::restarts);
    if (restarts > 0 && hasCheckpoints) {
      throw new RunLostException("Spark has given the workers up after losses", restarts);
    }
    WorkerResult unexpected = workers.result();
    throw new TrainingFailedException(
        "worker " + unexpected.worker() + " ended without the coordinator's knowledge");
  }

  /** Throws if another driver may have the job by now. */
  void checkLease() {
    try {
      lease.check();
    } catch (LeaseLostException e) {
      throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
    }
  }
}
