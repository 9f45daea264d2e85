package io.trireme.driver.run;

import io.trireme.common.checkpoint.Attempt;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.coordinator.FencedLives;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.report.RunObserver;
import io.trireme.driver.report.RunResult;
import io.trireme.driver.spark.DriverEar;
import io.trireme.driver.spark.Footholds;
import io.trireme.driver.spark.RunHandle;
import io.trireme.driver.spark.WorkerResult;
import io.trireme.driver.spark.WorkerTask;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** One run of a job in a Spark application, from its data to its result. */
public final class TrainingRun {

  private static final long TURN_MS = 20;
  private static final long RESULT_DEADLINE_S = 120;
  private static final long START_DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);

  /** Workers copy and check their data before they join. */
  private static final long JOIN_DEADLINE_NS = TimeUnit.MINUTES.toNanos(15);

  private static final long REASON_DEADLINE_NS = TimeUnit.SECONDS.toNanos(2);

  /** How long nothing may be heard of the last checkpoint, once the job is trained. */
  private static final long LAST_CHECKPOINT_NS = TimeUnit.SECONDS.toNanos(10);

  /** How long the last checkpoint may take in all, whatever is heard of it. */
  private static final long LAST_CHECKPOINT_LIMIT_NS = TimeUnit.MINUTES.toNanos(30);

  /** What a stop may take at most; those who send SIGTERM often send SIGKILL 30 s later. */
  private static final long STOP_DEADLINE_NS = TimeUnit.SECONDS.toNanos(25);

  /** Runs in a row that may be lost without a new checkpoint. */
  private static final int FRUITLESS_RUNS = 5;

  private final JavaSparkContext spark;
  private final JobConfig job;
  private final RunFolder folder;
  private final RunControl control;
  private final RunObserver observer;
  private final SecureRandom random = new SecureRandom();
  private final NanoClock clock = SystemNanoClock.INSTANCE;
  private double trainSeconds;
  private long trainExamples;
  private int restarts;
  private long stopAfter;

  /** A run from the beginning that has not begun; the context stays the caller's. */
  public TrainingRun(
      JavaSparkContext spark, JobConfig job, RunFolder folder, RunObserver observer) {
    this(spark, job, folder, RunControl.plain(), observer);
  }

  /** A run that has not begun; the context stays the caller's. */
  public TrainingRun(
      JavaSparkContext spark,
      JobConfig job,
      RunFolder folder,
      RunControl control,
      RunObserver observer) {
    this.spark = spark;
    this.job = job;
    this.folder = folder;
    this.control = control;
    this.observer = observer;
  }

  /** Where prepared data lies, unless the job says otherwise. */
  public static Path shardsFolder(JobConfig job, RunFolder folder) {
    String shards = job.data().shards();
    return shards == null ? new Path(folder.path().getParent(), "data") : new Path(shards);
  }

  /** Runs the job to its end. */
  public RunResult run() throws IOException, InterruptedException {
    Preflight.check(spark, job, observer, clock);
    observer.phase(RunObserver.Phase.PREPARING);
    PreparedData data = Preparation.prepare(spark, job, shardsFolder(job, folder));
    StartPoint start = control.start();
    int fruitless = 0;
    while (true) {
      try {
        return run(data, start);
      } catch (RunLostException e) {
        restarts += e.losses() + 1;
        long before = start.step();
        start = afterLoss(e);
        takeNoMoreStops(start.step());
        fruitless = start.step() > before ? 0 : fruitless + 1;
        if (fruitless >= FRUITLESS_RUNS) {
          throw new TrainingFailedException(
              e.getMessage()
                  + "; and "
                  + FRUITLESS_RUNS
                  + " runs in a row came to no new checkpoint after step "
                  + start.step(),
              e);
        }
        observer.warning(
            e.getMessage() + "; the job goes on with the checkpoint of step " + start.step());
        Preflight.awaitSlots(spark, job.workers().min(), clock);
      }
    }
  }

  /** The newest checkpoint; a job that has none to go back to has failed. */
  private StartPoint afterLoss(RunLostException e) throws IOException {
    LeaseKeeper lease = control.lease();
    if (lease != null) {
      lease.ensure();
    }
    StartPoint newest = Resumption.newest(folder.checkpointFolder(), observer::warning);
    if (newest.manifest() == null) {
      newest = control.start();
    }
    if (newest.manifest() == null) {
      throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
    }
    return newest;
  }

  private RunResult run(PreparedData data, StartPoint start)
      throws IOException, InterruptedException {
    CheckpointSpec checkpoint = checkpointSpec(start);
    TrainingPlan plan = TrainingPlan.of(job, data, random, start.step(), checkpoint);
    String dataset = data.train().fingerprint();
    Manifest stored = start.manifest();
    if (stored != null) {
      JobSpec spec = plan.spec();
      Resumption.refuseChanges(
          stored, job, Fingerprints.ofLayout(spec.layout(), spec.plan()), dataset);
      Resumption.refuseOtherModel(stored, spec.computation().modelJson());
      observer.resumed(stored.step());
    }
    observer.phase(RunObserver.Phase.STARTING);
    DriverEar ear = Footholds.ear(spark.sc());
    RunHandle run =
        new RunHandle(
            plan.spec(),
            new Coordinator(
                plan.coordinatorOptions(),
                new FencedLives(random::nextLong),
                plan.checkpointPlan(clock.nanoTime()),
                plan.codecPolicy()),
            plan::initialBlock);
    ear.open(run);
    try (Checkpointer checkpointer = checkpointer(plan, checkpoint, dataset, start)) {
      return train(plan, run, data, checkpointer);
    } finally {
      ear.close(plan.spec().run());
    }
  }

  private @Nullable CheckpointSpec checkpointSpec(StartPoint start) {
    CheckpointFolder from = start.from();
    if (job.checkpoint() == null && from == null) {
      return null;
    }
    LeaseKeeper lease = control.lease();
    return new CheckpointSpec(
        job.job(),
        Attempt.name(lease == null ? 0 : lease.token(), random),
        job.checkpoint() == null ? null : folder.checkpoints().toString(),
        from == null ? null : from.path().toString());
  }

  private @Nullable Checkpointer checkpointer(
      TrainingPlan plan, @Nullable CheckpointSpec spec, String dataset, StartPoint start) {
    CheckpointConfig config = job.checkpoint();
    return config == null || spec == null
        ? null
        : new Checkpointer(
            plan,
            config,
            spec,
            folder.checkpointFolder(),
            control.lease(),
            dataset,
            start.damaged(),
            observer,
            clock,
            SystemEpochClock.INSTANCE);
  }

  private RunResult train(
      TrainingPlan plan, RunHandle run, PreparedData data, @Nullable Checkpointer checkpointer)
      throws IOException, InterruptedException {
    awaitExecutors(run);
    failIfOver(run);
    run.place();
    awaitPhase(run, CoordinatorPhase.JOINING);
    int workers = plan.spec().computation().workers();
    JavaFutureAction<List<WorkerResult>> tasks =
        spark
            .parallelize(IntStream.range(0, workers).boxed().toList(), workers)
            .map(new WorkerTask(plan.spec().run()))
            .collectAsync();
    try {
      follow(plan, run, tasks, checkpointer);
      WorkerResult result = resultOf(tasks);
      awaitLastCheckpoint(plan, run, checkpointer);
      if (checkpointer != null) {
        takeNoMoreStops(committed(run));
      }
      run.finish();
      return finish(plan, data, result, restarts + run.restarts());
    } catch (InterruptedException | RuntimeException e) {
      run.fail(String.valueOf(e.getMessage()));
      boolean cancelled = tasks.cancel(true);
      if (!cancelled && !tasks.isDone()) {
        e.addSuppressed(new IllegalStateException("the workers' Spark job could not be cancelled"));
      }
      throw e;
    }
  }

  /** The final state is kept, too, so that more epochs can go on from it. */
  private void awaitLastCheckpoint(
      TrainingPlan plan, RunHandle run, @Nullable Checkpointer checkpointer)
      throws InterruptedException {
    long last = plan.spec().lastStep();
    if (checkpointer == null || plan.spec().firstStep() == last) {
      return;
    }
    long start = clock.nanoTime();
    long stopSinceNs = 0;
    while (committed(run) < last) {
      long now = clock.nanoTime();
      if (control.stop().isRequested()) {
        stopSinceNs = stopSinceNs == 0 ? now : stopSinceNs;
        if (now - stopSinceNs > STOP_DEADLINE_NS) {
          return;
        }
      }
      if (now - start > LAST_CHECKPOINT_LIMIT_NS) {
        observer.warning(
            "the final state has no checkpoint: it was not written to "
                + folder.checkpoints()
                + " in "
                + TimeUnit.NANOSECONDS.toMinutes(LAST_CHECKPOINT_LIMIT_NS)
                + " minutes");
        return;
      }
      Boolean quiet = run.checkpoints(known -> known.isQuiet(now, LAST_CHECKPOINT_NS));
      if (checkpointer.isIdle() && Boolean.TRUE.equals(quiet)) {
        observer.warning("the final state has no checkpoint: not all of its shards were written");
        return;
      }
      checkpointer.turn(run);
      run.await(TURN_MS, clock);
      checkLease();
      if (run.phase() == CoordinatorPhase.FAILED) {
        observer.warning("the final state has no checkpoint: " + run.failure());
        return;
      }
    }
  }

  /**
   * From here on nobody would look at the switch: SIGTERM ends the process at once. One that has
   * come already ends the run now.
   */
  private void takeNoMoreStops(long checkpoint) {
    control.stop().listen(false);
    if (control.stop().isRequested()) {
      throw stopped(checkpoint);
    }
  }

  private static long committed(RunHandle run) {
    Long step = run.checkpoints(CheckpointPlan::committed);
    return step == null ? Long.MAX_VALUE : step;
  }

  private static StoppedException stopped(long step) {
    return new StoppedException(
        step == 0
            ? "stopped by SIGTERM before there was a checkpoint"
            : "stopped by SIGTERM after a checkpoint of step "
                + step
                + "; the same command, without --resume and --overwrite, goes on from there");
  }

  private void checkLease() {
    LeaseKeeper lease = control.lease();
    if (lease != null) {
      try {
        lease.check();
      } catch (LeaseLostException e) {
        throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  /** Every executor that Spark has now is to have reported, so that servers are spread over all. */
  private void awaitExecutors(RunHandle run) throws InterruptedException {
    int known = spark.isLocal() ? 1 : Math.max(1, spark.sc().getExecutorIds().size());
    long start = clock.nanoTime();
    while (run.executors() < known) {
      failIfOver(run);
      if (clock.nanoTime() - start > START_DEADLINE_NS) {
        throw new TrainingFailedException(
            "only "
                + run.executors()
                + " of "
                + known
                + " executors have reported to the coordinator in "
                + TimeUnit.NANOSECONDS.toSeconds(START_DEADLINE_NS)
                + " s; see the executors' logs for errors of io.trireme.driver.spark.TriremePlugin");
      }
      run.await(TURN_MS, clock);
    }
  }

  private void awaitPhase(RunHandle run, CoordinatorPhase wanted) throws InterruptedException {
    long start = clock.nanoTime();
    while (run.phase() != wanted) {
      failIfOver(run);
      if (clock.nanoTime() - start > START_DEADLINE_NS) {
        throw new TrainingFailedException(
            "the servers were not ready in "
                + TimeUnit.NANOSECONDS.toSeconds(START_DEADLINE_NS)
                + " s");
      }
      run.await(TURN_MS, clock);
    }
  }

  private void failIfOver(RunHandle run) {
    checkLease();
    if (run.phase() == CoordinatorPhase.FAILED) {
      if (run.isLost() && job.checkpoint() != null) {
        throw new RunLostException(String.valueOf(run.failure()), null, run.restarts());
      }
      throw new TrainingFailedException(String.valueOf(run.failure()));
    }
  }

  /** Follows the run until every worker is done. */
  private void follow(
      TrainingPlan plan,
      RunHandle run,
      JavaFutureAction<List<WorkerResult>> tasks,
      @Nullable Checkpointer checkpointer)
      throws InterruptedException {
    long joinStart = clock.nanoTime();
    while (run.membership() == null) {
      run.await(TURN_MS, clock);
      failIfOver(run);
      failIfTasksFailed(run, tasks);
      if (clock.nanoTime() - joinStart > JOIN_DEADLINE_NS) {
        throw new TrainingFailedException(
            "not enough workers have joined in "
                + TimeUnit.NANOSECONDS.toSeconds(JOIN_DEADLINE_NS)
                + " s; does Spark run "
                + job.workers().min()
                + " tasks at a time?");
      }
    }
    observer.phase(RunObserver.Phase.TRAINING);
    long start = clock.nanoTime();
    ProgressMeter meter = new ProgressMeter(plan, observer, start);
    long end = start;
    try {
      control.stop().listen(stopsWithCheckpoint());
      long stopSinceNs = 0;
      while (!tasks.isDone()) {
        run.await(TURN_MS, clock);
        end = clock.nanoTime();
        tell(run, meter, end);
        failIfOver(run);
        if (checkpointer != null) {
          checkpointer.turn(run);
          stopSinceNs = stopIfAsked(run, stopSinceNs, end);
        }
      }
      failIfTasksFailed(run, tasks);
      awaitLastReports(run);
      tell(run, meter, end);
    } finally {
      trainSeconds += (end - start) / 1e9;
      trainExamples += meter.total();
    }
  }

  /** Tasks may end before their executors' next reports; a worker lost since then has none left. */
  private void awaitLastReports(RunHandle run) throws InterruptedException {
    long start = clock.nanoTime();
    while (!run.knowsLastStep() && clock.nanoTime() - start < REASON_DEADLINE_NS) {
      run.await(TURN_MS, clock);
    }
  }

  private boolean stopsWithCheckpoint() {
    CheckpointConfig config = job.checkpoint();
    return config != null && config.onSigterm();
  }

  /** Begins to stop, or stops once there is a checkpoint; answers since when it is stopping. */
  private long stopIfAsked(RunHandle run, long sinceNs, long nowNs) {
    if (!control.stop().isRequested()) {
      return 0;
    }
    if (sinceNs == 0) {
      observer.warning("SIGTERM: writing a checkpoint before stopping");
      stopAfter = committed(run);
      run.<Boolean>checkpoints(
          plan -> {
            plan.request();
            return true;
          });
      return nowNs;
    }
    if (committed(run) > stopAfter) {
      throw stopped(committed(run));
    }
    if (nowNs - sinceNs > STOP_DEADLINE_NS) {
      throw new StoppedException(
          "stopped by SIGTERM; no checkpoint could be written in "
              + TimeUnit.NANOSECONDS.toSeconds(STOP_DEADLINE_NS)
              + " s, the newest is that of step "
              + stopAfter);
    }
    return sinceNs;
  }

  private void tell(RunHandle run, ProgressMeter meter, long now) {
    meter.add(run.takeSteps(), run.staleness(), now);
    run.takeWarnings().forEach(observer::warning);
    run.takeRecoveries().forEach(observer::recovery);
    run.takeDecisions().forEach(observer::compression);
    run.takeSilent().forEach(this::replace);
  }

  /** Spark itself notices only after minutes that an executor is frozen or cut off. */
  private void replace(String executor) {
    if (!spark.isLocal() && spark.sc().killAndReplaceExecutor(executor)) {
      observer.warning("executor " + executor + " stays silent; Spark was asked to replace it");
    }
  }

  /** The tasks fail a moment before the coordinator learns why. */
  private void failIfTasksFailed(RunHandle run, JavaFutureAction<List<WorkerResult>> tasks)
      throws InterruptedException {
    if (!tasks.isDone() || succeeded(tasks)) {
      return;
    }
    long start = clock.nanoTime();
    while (!run.phase().isOver() && clock.nanoTime() - start < REASON_DEADLINE_NS) {
      run.await(TURN_MS, clock);
    }
    failIfOver(run);
    if (run.restarts() > 0 && job.checkpoint() != null) {
      throw new RunLostException(
          "Spark has given the workers up after losses", null, run.restarts());
    }
    WorkerResult unexpected = resultOf(tasks);
    throw new TrainingFailedException(
        "worker " + unexpected.worker() + " ended without the coordinator's knowledge");
  }

  private static boolean succeeded(JavaFutureAction<List<WorkerResult>> tasks)
      throws InterruptedException {
    try {
      return !tasks.isCancelled() && !tasks.get().isEmpty();
    } catch (ExecutionException e) {
      return false;
    }
  }

  private static WorkerResult resultOf(JavaFutureAction<List<WorkerResult>> tasks)
      throws InterruptedException {
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

  private RunResult finish(TrainingPlan plan, PreparedData data, WorkerResult result, int losses)
      throws IOException, InterruptedException {
    observer.phase(RunObserver.Phase.SAVING);
    ModelFiles.setParameters(plan.model(), result.params());
    AtomicFile.write(
        folder.fileSystem(), folder.model(), out -> ModelFiles.writeZip(plan.model(), out));
    observer.phase(RunObserver.Phase.EVALUATING);
    int parts = Math.max(1, plan.spec().computation().workers());
    RunResult.Evaluation evaluation =
        Evaluator.evaluate(
            spark, plan.spec().computation().modelJson(), result.params(), data.testUri(), parts);
    return new RunResult(
        job.job(),
        RunResult.Status.DONE,
        plan.spec().lastStep(),
        job.epochs(),
        trainSeconds > 0 ? trainExamples / trainSeconds : 0,
        trainSeconds,
        evaluation,
        plan.spec().layout().length(),
        result.paramsSha256(),
        plan.spec().computation().workers(),
        job.servers().count(),
        losses,
        null);
  }
}
