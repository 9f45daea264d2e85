package io.trireme.driver.train;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.driver.job.RunFolder;
import io.trireme.driver.job.TrainingFailedException;
import io.trireme.driver.prepare.Preparation;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.protocol.Coordinator;
import io.trireme.driver.protocol.Phase;
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
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/** One run of a job in a Spark application, from its data to its result. */
public final class TrainingRun {

  private static final long TURN_MS = 20;
  private static final long RESULT_DEADLINE_S = 120;
  private static final long START_DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);

  /** Workers copy and check their data before they join. */
  private static final long JOIN_DEADLINE_NS = TimeUnit.MINUTES.toNanos(15);

  private static final long REASON_DEADLINE_NS = TimeUnit.SECONDS.toNanos(2);

  private final JavaSparkContext spark;
  private final JobConfig job;
  private final RunFolder folder;
  private final RunObserver observer;
  private final NanoClock clock = SystemNanoClock.INSTANCE;

  /** A run that has not begun; the context stays the caller's. */
  public TrainingRun(
      JavaSparkContext spark, JobConfig job, RunFolder folder, RunObserver observer) {
    this.spark = spark;
    this.job = job;
    this.folder = folder;
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
    TrainingPlan plan = TrainingPlan.of(job, data, new SecureRandom());
    observer.phase(RunObserver.Phase.STARTING);
    DriverEar ear = Footholds.ear(spark.sc());
    RunHandle run =
        new RunHandle(plan.spec(), new Coordinator(plan.coordinatorOptions()), plan::initialBlock);
    ear.open(run);
    try {
      return train(plan, run, data);
    } finally {
      ear.close(plan.spec().run());
    }
  }

  private RunResult train(TrainingPlan plan, RunHandle run, PreparedData data)
      throws IOException, InterruptedException {
    awaitExecutors(run);
    failIfOver(run);
    run.place();
    awaitPhase(run, Phase.JOINING);
    int workers = plan.spec().workers();
    JavaFutureAction<List<WorkerResult>> tasks =
        spark
            .parallelize(IntStream.range(0, workers).boxed().toList(), workers)
            .map(new WorkerTask(plan.spec().run()))
            .collectAsync();
    try {
      double seconds = follow(plan, run, tasks);
      WorkerResult result = resultOf(tasks);
      return finish(plan, data, result, seconds);
    } catch (InterruptedException | RuntimeException e) {
      run.fail(String.valueOf(e.getMessage()));
      boolean cancelled = tasks.cancel(true);
      if (!cancelled && !tasks.isDone()) {
        e.addSuppressed(new IllegalStateException("the workers' Spark job could not be cancelled"));
      }
      throw e;
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

  private void awaitPhase(RunHandle run, Phase wanted) throws InterruptedException {
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

  private static void failIfOver(RunHandle run) {
    if (run.phase() == Phase.FAILED) {
      throw new TrainingFailedException(String.valueOf(run.failure()));
    }
  }

  /** Follows the run until every worker is done; returns how long training took, in seconds. */
  private double follow(
      TrainingPlan plan, RunHandle run, JavaFutureAction<List<WorkerResult>> tasks)
      throws InterruptedException {
    long joinStart = clock.nanoTime();
    while (run.phase() == Phase.JOINING) {
      run.await(TURN_MS, clock);
      failIfOver(run);
      failIfTasksEnded(run, tasks);
      if (clock.nanoTime() - joinStart > JOIN_DEADLINE_NS) {
        throw new TrainingFailedException(
            "not all workers have joined in "
                + TimeUnit.NANOSECONDS.toSeconds(JOIN_DEADLINE_NS)
                + " s; does Spark run "
                + plan.spec().workers()
                + " tasks at a time?");
      }
    }
    observer.phase(RunObserver.Phase.TRAINING);
    long start = clock.nanoTime();
    ProgressMeter meter = new ProgressMeter(plan, observer, start);
    while (run.phase() == Phase.TRAINING) {
      run.await(TURN_MS, clock);
      meter.add(run.takeSteps(), clock.nanoTime());
      if (run.phase() == Phase.TRAINING) {
        failIfTasksEnded(run, tasks);
      }
    }
    long end = clock.nanoTime();
    failIfOver(run);
    meter.add(run.takeSteps(), end);
    return (end - start) / 1e9;
  }

  /** The tasks end a moment before their last report, well or not; only a failure ends the run. */
  private void failIfTasksEnded(RunHandle run, JavaFutureAction<List<WorkerResult>> tasks)
      throws InterruptedException {
    if (!tasks.isDone()) {
      return;
    }
    long start = clock.nanoTime();
    while (!run.phase().isOver() && clock.nanoTime() - start < REASON_DEADLINE_NS) {
      run.await(TURN_MS, clock);
    }
    failIfOver(run);
    if (run.phase() != Phase.FINISHED) {
      WorkerResult unexpected = resultOf(tasks);
      throw new TrainingFailedException(
          "worker " + unexpected.worker() + " ended without the coordinator's knowledge");
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

  private RunResult finish(
      TrainingPlan plan, PreparedData data, WorkerResult result, double seconds)
      throws IOException {
    observer.phase(RunObserver.Phase.EVALUATING);
    int parts = Math.max(1, plan.spec().workers());
    RunResult.Evaluation evaluation =
        Evaluator.evaluate(spark, plan.spec().modelJson(), result.params(), data.testUri(), parts);
    observer.phase(RunObserver.Phase.SAVING);
    ModelFiles.setParameters(plan.model(), result.params());
    AtomicFile.write(
        folder.fileSystem(), folder.model(), out -> ModelFiles.writeZip(plan.model(), out));
    long trained = data.train().examples() * job.epochs();
    return new RunResult(
        job.job(),
        RunResult.Status.DONE,
        plan.spec().lastStep(),
        job.epochs(),
        trained / seconds,
        seconds,
        evaluation,
        plan.spec().layout().length(),
        result.paramsSha256(),
        plan.spec().workers(),
        plan.spec().serverCount(),
        0,
        null);
  }
}
