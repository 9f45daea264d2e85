package io.trireme.driver.run;

import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.spark.CoordinatorGuard;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** The waits of an attempt, each with its deadline and with what to say when it is over. */
final class RunWaits {

  /** How long the coordinator's time stands still at the most, where no report comes. */
  static final long TURN_MS = 20;

  private static final long START_DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);

  /** Workers copy and check their data before they join. */
  private static final long JOIN_DEADLINE_NS = TimeUnit.MINUTES.toNanos(15);

  private static final long LAST_REPORT_DEADLINE_NS = TimeUnit.SECONDS.toNanos(2);

  private final CoordinatorGuard run;
  private final FailureCheck failures;
  private final NanoClock clock;

  RunWaits(CoordinatorGuard run, FailureCheck failures, NanoClock clock) {
    this.run = run;
    this.failures = failures;
    this.clock = clock;
  }

  /** Waits for a report of every executor that Spark has, so that servers are spread over all. */
  void executors(int known) throws InterruptedException {
    long start = clock.nanoTime();
    while (run.ask(Coordinator::executors) < known) {
      failures.check();
      if (clock.nanoTime() - start > START_DEADLINE_NS) {
        throw new TrainingFailedException(
            "only "
                + run.ask(Coordinator::executors)
                + " of "
                + known
                + " executors have reported to the coordinator in "
                + TimeUnit.NANOSECONDS.toSeconds(START_DEADLINE_NS)
                + " s; see the executors' logs for errors of io.trireme.driver.spark.TriremePlugin");
      }
      turn();
    }
  }

  /** Waits until all servers are ready. */
  void servers() throws InterruptedException {
    long start = clock.nanoTime();
    while (run.ask(Coordinator::phase) != CoordinatorPhase.JOINING) {
      failures.check();
      if (clock.nanoTime() - start > START_DEADLINE_NS) {
        throw new TrainingFailedException(
            "the servers were not ready in "
                + TimeUnit.NANOSECONDS.toSeconds(START_DEADLINE_NS)
                + " s");
      }
      turn();
    }
  }

  /** Waits until so many workers have joined that the first generation is formed. */
  void firstGeneration(WorkerJob workers, int least) throws InterruptedException {
    long start = clock.nanoTime();
    while (run.ask(Coordinator::membership) == null) {
      turn();
      failures.check();
      failures.checkEnded(workers);
      if (clock.nanoTime() - start > JOIN_DEADLINE_NS) {
        throw new TrainingFailedException(
            "not enough workers have joined in "
                + TimeUnit.NANOSECONDS.toSeconds(JOIN_DEADLINE_NS)
                + " s; does Spark run "
                + least
                + " tasks at a time?");
      }
    }
  }

  /** Tasks may end before their executors' next reports; a worker lost since then has none left. */
  void lastReports() throws InterruptedException {
    long start = clock.nanoTime();
    while (!run.ask(Coordinator::knowsLastStep)
        && clock.nanoTime() - start < LAST_REPORT_DEADLINE_NS) {
      turn();
    }
  }

  /** Waits for the next report, but not for long. */
  void turn() throws InterruptedException {
    run.await(TURN_MS, clock);
  }
}
