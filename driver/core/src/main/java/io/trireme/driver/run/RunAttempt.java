package io.trireme.driver.run;

import io.trireme.common.message.CheckpointSpec;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.spark.CoordinatorGuard;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One attempt of a run: from its start point until the last step, with one coordinator. What it
 * loses for good ends it; the run then makes another from a checkpoint.
 */
final class RunAttempt {

  /** How long nothing may be heard of the last checkpoint, once the job is trained. */
  private static final long LAST_CHECKPOINT_NS = TimeUnit.SECONDS.toNanos(10);

  /** How long the last checkpoint may take in all. */
  private static final long LAST_CHECKPOINT_LIMIT_NS = TimeUnit.MINUTES.toNanos(30);

  private final JavaSparkContext spark;
  private final TrainingPlan plan;
  private final CoordinatorGuard run;
  private final CheckpointCommits commits;
  private final StopRequest stop;
  private final FailureCheck failures;
  private final RunWaits waits;
  private final RunTotals totals;
  private final TrainingListener listener;
  private final NanoClock clock;

  RunAttempt(
      JavaSparkContext spark,
      TrainingPlan plan,
      CoordinatorGuard run,
      CheckpointCommits commits,
      StopRequest stop,
      Lease lease,
      RunTotals totals,
      TrainingListener listener,
      NanoClock clock) {
    this.spark = spark;
    this.plan = plan;
    this.run = run;
    this.commits = commits;
    this.stop = stop;
    this.failures = new FailureCheck(run, lease, commits.areWritten(), clock);
    this.waits = new RunWaits(run, failures, clock);
    this.totals = totals;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Trains to the last step.
   *
   * @return what worker 0 has, as all others do
   */
  WorkerResult train() throws InterruptedException {
    waits.executors(Preflight.startExecutors(spark, plan.job()));
    failures.check();
    run.tell(Coordinator::place);
    waits.servers();
    WorkerJob workers =
        WorkerJob.submit(
            spark, plan.spec().run(), plan.spec().computation().workers(), plan.job().engine());
    try {
      waits.firstGeneration(workers, plan.job().workers().min());
      follow(workers);
      WorkerResult result = workers.result();
      if (commits.areWritten()) {
        awaitLastCheckpoint();
        stop.takeNoMore(Checkpointer.committed(run));
      }
      run.tell(Coordinator::finish);
      totals.addRestarts(run.ask(Coordinator::restarts));
      return result;
    } catch (InterruptedException | RuntimeException e) {
      run.tell(coordinator -> coordinator.fail(String.valueOf(e.getMessage())));
      workers.cancel(e);
      throw e;
    }
  }

  /** Follows the run until every worker is done. */
  private void follow(WorkerJob workers) throws InterruptedException {
    listener.phase(TrainingPhase.TRAINING);
    long start = clock.nanoTime();
    ProgressMeter meter = new ProgressMeter(plan, listener, start);
    long end = start;
    try {
      stop.listen();
      while (!workers.isDone()) {
        waits.turn();
        end = clock.nanoTime();
        tell(meter, end);
        failures.check();
        commits.turn(run);
        stop.turn(run, end);
      }
      failures.checkEnded(workers);
      waits.lastReports();
      tell(meter, end);
    } finally {
      totals.addTraining((end - start) / 1e9, meter.total());
    }
  }

  private void tell(ProgressMeter meter, long now) {
    meter.add(run.ask(Coordinator::takeSteps), run.ask(Coordinator::staleness), now);
    run.ask(Coordinator::takeWarnings).forEach(listener::warning);
    run.ask(Coordinator::takeRecoveries).forEach(loss -> listener.recovery(Events.of(loss)));
    run.ask(Coordinator::takeDecisions).forEach(choice -> listener.compression(Events.of(choice)));
    run.takeSilent().forEach(this::replace);
  }

  /**
   * Spark itself notices only after minutes that an executor is frozen or cut off, and never that
   * it is of no use.
   */
  private void replace(String executor) {
    if (!spark.isLocal() && spark.sc().killAndReplaceExecutor(executor)) {
      listener.warning(
          "executor "
              + executor
              + " is silent, or what it is given fails again and again; Spark was asked to replace"
              + " it");
    }
  }

  /** The final state is kept, too, so that more epochs can go on from it. */
  private void awaitLastCheckpoint() throws InterruptedException {
    long last = plan.spec().lastStep();
    if (plan.spec().firstStep() == last) {
      return;
    }
    long start = clock.nanoTime();
    while (Checkpointer.committed(run) < last) {
      long now = clock.nanoTime();
      if (stop.isOverdue(now)) {
        return;
      }
      String why = givenUp(now, start);
      if (!why.isEmpty()) {
        listener.warning("the final state has no checkpoint: " + why);
        return;
      }
      commits.turn(run);
      waits.turn();
      failures.checkLease();
      if (run.ask(Coordinator::phase) == CoordinatorPhase.FAILED) {
        listener.warning("the final state has no checkpoint: " + run.ask(Coordinator::failure));
        return;
      }
    }
  }

  /** Why the last checkpoint is not waited for any longer; empty if it is. */
  private String givenUp(long nowNs, long startNs) {
    if (nowNs - startNs > LAST_CHECKPOINT_LIMIT_NS) {
      CheckpointSpec checkpoint = plan.spec().checkpoint();
      return "it was not written to "
          + (checkpoint == null ? "its folder" : checkpoint.dir())
          + " in "
          + TimeUnit.NANOSECONDS.toMinutes(LAST_CHECKPOINT_LIMIT_NS)
          + " minutes";
    }
    boolean quiet =
        run.ask(coordinator -> coordinator.checkpoints().isQuiet(nowNs, LAST_CHECKPOINT_NS));
    return commits.isIdle() && quiet ? "not all of its shards were written" : "";
  }
}
