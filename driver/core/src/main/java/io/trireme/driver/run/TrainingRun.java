package io.trireme.driver.run;

import io.trireme.common.checkpoint.Attempt;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.FencedLives;
import io.trireme.driver.evaluate.Evaluator;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.spark.ControlEndpoint;
import io.trireme.driver.spark.CoordinatorGuard;
import io.trireme.driver.spark.PluginRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job in a Spark application, from its data to its result: as many attempts as it
 * takes, each from the newest checkpoint.
 */
public final class TrainingRun {

  /** Attempts in a row that may be lost without a new checkpoint. */
  private static final int FRUITLESS_ATTEMPTS = 5;

  private final JavaSparkContext spark;
  private final RunInputs inputs;
  private final JobConfig job;
  private final RunFolder folder;
  private final RunContext context;
  private final StopRequest stop;
  private final TrainingListener listener;
  private final RunTotals totals = new RunTotals();
  private final SecureRandom random = new SecureRandom();
  private final NanoClock clock = SystemNanoClock.INSTANCE;

  /** A run from the beginning that has not begun; the Spark context stays the caller's. */
  public TrainingRun(
      JavaSparkContext spark, JobConfig job, RunFolder folder, TrainingListener listener) {
    this(spark, job, folder, RunContext.plain(), listener);
  }

  /** A run that has not begun; the Spark context stays the caller's. */
  public TrainingRun(
      JavaSparkContext spark,
      JobConfig job,
      RunFolder folder,
      RunContext context,
      TrainingListener listener) {
    this(spark, RunInputs.of(job), folder, context, listener);
  }

  /** A run that has not begun, on inputs that need not be the job file's alone. */
  public TrainingRun(
      JavaSparkContext spark,
      RunInputs inputs,
      RunFolder folder,
      RunContext context,
      TrainingListener listener) {
    this.spark = spark;
    this.inputs = inputs;
    this.job = inputs.job();
    this.folder = folder;
    this.context = context;
    this.listener = listener;
    CheckpointConfig checkpoint = job.checkpoint();
    this.stop =
        new StopRequest(context.stop(), checkpoint != null && checkpoint.onSigterm(), listener);
  }

  /** Runs the job to its end; its result. */
  public RunResult run() {
    return train().result();
  }

  /**
   * Runs the job to its end.
   *
   * @throws io.trireme.driver.api.result.PreflightException before the first step, with all that is
   *     in the way
   * @throws TrainingFailedException if the run fails later
   * @throws io.trireme.driver.api.result.StoppedException if it was asked to stop, and has
   */
  public TrainedRun train() {
    try {
      return attempts();
    } catch (IOException e) {
      throw unusable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingFailedException("the run was interrupted", e);
    }
  }

  /**
   * Does all that comes before the first step, and says what would follow; the data are prepared.
   *
   * @throws io.trireme.driver.api.result.PreflightException with all that is in the way
   */
  public JobPlan plan() {
    try {
      Preflight.Outcome hosts = Preflight.check(spark, job, listener, clock);
      PreparedData data = prepare();
      StartPoint start = context.start();
      return JobPlan.of(plan(data, start, hosts), data, start, folder);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static TrainingFailedException unusable(IOException e) {
    return new TrainingFailedException("the run's files could not be used: " + e.getMessage(), e);
  }

  private PreparedData prepare() {
    listener.phase(TrainingPhase.PREPARING);
    PreparedData data = inputs.prepare(spark, folder);
    if (data.hasTest()) {
      Evaluator.check(data.train().schema());
    }
    return data;
  }

  private TrainedRun attempts() throws IOException, InterruptedException {
    Preflight.Outcome hosts = Preflight.check(spark, job, listener, clock);
    PreparedData data = prepare();
    StartPoint start = context.start();
    int fruitless = 0;
    while (true) {
      try {
        return attempt(data, start, hosts);
      } catch (RunLostException e) {
        totals.addRestarts(e.losses() + 1);
        long before = start.step();
        start = afterLoss(e);
        stop.takeNoMore(start.step());
        fruitless = start.step() > before ? 0 : fruitless + 1;
        if (fruitless >= FRUITLESS_ATTEMPTS) {
          throw new TrainingFailedException(
              e.getMessage()
                  + "; and "
                  + FRUITLESS_ATTEMPTS
                  + " runs in a row came to no new checkpoint after step "
                  + start.step(),
              e);
        }
        listener.warning(
            e.getMessage() + "; the job goes on with the checkpoint of step " + start.step());
        TaskSlots unused = TaskSlots.await(spark, job.workers().min(), clock);
      }
    }
  }

  /** The newest checkpoint; a job that has none to go back to has failed. */
  private StartPoint afterLoss(RunLostException e) throws IOException {
    context.lease().ensure();
    StartPoint newest = Resumption.newest(folder.checkpointFolder(), listener::warning);
    if (newest.manifest() == null) {
      newest = context.start();
    }
    if (newest.manifest() == null) {
      throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
    }
    return newest;
  }

  private TrainedRun attempt(PreparedData data, StartPoint start, Preflight.Outcome hosts)
      throws IOException, InterruptedException {
    TrainingPlan plan = plan(data, start, hosts);
    CheckpointSpec checkpoint = plan.spec().checkpoint();
    Manifest stored = start.manifest();
    if (stored != null) {
      listener.resumed(stored.step());
    }
    listener.phase(TrainingPhase.STARTING);
    ControlEndpoint endpoint = PluginRegistry.endpoint(spark.sc());
    CoordinatorGuard run =
        new CoordinatorGuard(
            plan.spec(),
            new Coordinator(
                plan.coordinatorOptions(),
                new FencedLives(random::nextLong),
                plan.checkpointPlan(clock.nanoTime()),
                plan.codecPolicy()),
            plan::initialBlock);
    endpoint.open(run);
    try (CheckpointCommits commits = commits(plan, checkpoint, data, start, hosts.engine())) {
      WorkerResult trained =
          new RunAttempt(spark, plan, run, commits, stop, context.lease(), totals, listener, clock)
              .train();
      return new ModelOutput(spark, job, folder, listener).write(plan, data, trained, totals);
    } finally {
      endpoint.close(plan.spec().run());
    }
  }

  private TrainingPlan plan(PreparedData data, StartPoint start, Preflight.Outcome hosts)
      throws IOException {
    TrainingPlan plan =
        TrainingPlan.of(
            inputs,
            data,
            spark.hadoopConfiguration(),
            hosts.termLengthBytes(),
            random,
            start.step(),
            checkpointSpec(start));
    Manifest stored = start.manifest();
    if (stored != null) {
      refuseChanges(stored, plan, data);
      Resumption.refuseOtherEngine(stored, hosts.engine());
    }
    return plan;
  }

  private void refuseChanges(Manifest stored, TrainingPlan plan, PreparedData data)
      throws IOException {
    JobSpec spec = plan.spec();
    Resumption.refuseChanges(
        stored,
        job,
        Fingerprints.ofLayout(spec.layout(), spec.plan()),
        data.fingerprintBeside(stored.cursor().dataset()));
    Resumption.refuseOtherModel(stored, spec.computation().modelJson());
  }

  private @Nullable CheckpointSpec checkpointSpec(StartPoint start) {
    CheckpointFolder from = start.from();
    if (job.checkpoint() == null && from == null) {
      return null;
    }
    return new CheckpointSpec(
        job.job(),
        Attempt.name(context.lease().token(), random),
        job.checkpoint() == null ? null : folder.checkpoints().toString(),
        from == null ? null : from.path().toString());
  }

  private CheckpointCommits commits(
      TrainingPlan plan,
      @Nullable CheckpointSpec spec,
      PreparedData data,
      StartPoint start,
      String engine) {
    CheckpointConfig config = job.checkpoint();
    return config == null || spec == null
        ? CheckpointCommits.NONE
        : new Checkpointer(
            plan,
            config,
            spec,
            folder.checkpointFolder(),
            context.lease(),
            data.trainFingerprint(),
            engine,
            start.damaged(),
            listener,
            clock,
            SystemEpochClock.INSTANCE);
  }
}
