package io.trireme.driver.coordinator;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.wire.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single owner of one run's membership, placement and completion. Executors report what is so,
 * and are told what should be so; either may be repeated or lost without harm. Driven by one thread
 * at a time.
 *
 * <p>Every change of members (one is lost, one joins, a session breaks, none moves) has the same
 * answer: all seal for the next generation, which stops the one before ({@link Formation}). What
 * the servers then hold tells the step with which training goes on.
 */
public final class Coordinator {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private final CoordinatorOptions options;
  private final LifeRegistry lives;
  private final CheckpointPlan checkpoints;
  private final CodecPolicy codecs;
  private final RunLifecycle lifecycle;
  private final Members members = new Members();
  private final Losses losses = new Losses();
  private final StepProgress progress;
  private final ServerHomes homes;
  private final Formation formation;
  private final Removals removals;
  private final Failings failings;
  private final Changes changes;
  private final Watchdog watchdog;

  /**
   * A coordinator of a run that has not begun.
   *
   * @param lives numbers the lives of members, and remembers those that were given up
   * @param checkpoints when checkpoints are due
   * @param codecs chooses how blocks travel
   */
  public Coordinator(
      CoordinatorOptions options,
      LifeRegistry lives,
      CheckpointPlan checkpoints,
      CodecPolicy codecs) {
    this.options = options;
    this.lives = lives;
    this.checkpoints = checkpoints;
    this.codecs = codecs;
    lifecycle = new RunLifecycle(options.run());
    progress = new StepProgress(options, codecs::note);
    homes = new ServerHomes(options, members, lives);
    formation = new Formation(options, lifecycle, members, homes, losses, codecs);
    removals = new Removals(options.run(), lifecycle, lives, members, formation, progress, losses);
    failings = new Failings(options.run(), lifecycle, lives, members, removals);
    changes = new Changes(options.slots(), members, formation, homes, codecs);
    watchdog = new Watchdog(options.deadlines(), lifecycle, members, homes, formation, removals);
  }

  /** Gives the servers out over the executors that are there, in turn. */
  public void place() {
    if (members.executors().isEmpty()) {
      throw new IllegalStateException("no executor has reported yet");
    }
    lifecycle.become(CoordinatorPhase.PLACING, "executors " + members.executors());
    homes.place();
  }

  /**
   * Takes an executor's report and answers with its orders. What it leads to for all is found out
   * in the next tick, so that a report costs the same however many executors there are.
   */
  public JobOrders onReport(ExecutorReport report, long nowNs) {
    List<Peer> workers = workersIn(report);
    if (lives.isRemoved(report.executor())) {
      return new JobOrders(options.run(), List.of(), workers, 0, null, 0, true, "lost");
    }
    ExecutorView executor = members.heard(report, nowNs);
    for (JobReport job : report.jobs()) {
      if (job.run().equals(options.run()) && !lifecycle.isOver()) {
        executor.knows(job.generation());
        onJobReport(executor, job, nowNs);
      }
    }
    return orders(executor, workers);
  }

  private List<Peer> workersIn(ExecutorReport report) {
    return report.jobs().stream()
        .filter(job -> job.run().equals(options.run()))
        .flatMap(job -> job.workers().stream())
        .map(WorkerReport::peer)
        .toList();
  }

  private JobOrders orders(ExecutorView executor, List<Peer> workers) {
    Membership formed = formation.formed();
    boolean news = formed != null && formed.generation() != executor.knownGeneration();
    return new JobOrders(
        options.run(),
        executor.servers().stream().map(ServerView::order).toList(),
        workers.stream().filter(lives::isFenced).toList(),
        formation.generation(),
        news ? formed : null,
        checkpoints.announced(),
        lifecycle.isOver(),
        lifecycle.failure());
  }

  private void onJobReport(ExecutorView executor, JobReport job, long nowNs) {
    String reason = job.failure();
    if (reason != null) {
      failings.ofExecutor(executor, reason, nowNs);
      return;
    }
    executor.becomeFit();
    checkpoints.note(job.checkpoint(), nowNs);
    codecs.note(job.rates());
    for (ServerReport server : job.servers()) {
      onServer(server, nowNs);
    }
    for (WorkerReport worker : job.workers()) {
      // What a life before it has failed of may have cost the executor its place.
      if (!lives.isRemoved(executor.id())) {
        onWorker(executor, worker, nowNs);
      }
    }
  }

  private void onServer(ServerReport report, long nowNs) {
    ServerView server = members.server(report.peer());
    if (server == null) {
      return;
    }
    server.take(report, nowNs);
    FailureReport failure = report.failure();
    if (failure != null) {
      failings.ofServer(server, failure, nowNs);
    }
  }

  private void onWorker(ExecutorView executor, WorkerReport report, long nowNs) {
    if (lives.isFenced(report.peer()) || lifecycle.isOver()) {
      return;
    }
    FailureReport failure = report.failure();
    if (failure != null) {
      failings.ofWorker(knownOrNew(executor, report, nowNs), failure, nowNs);
      return;
    }
    WorkerView worker = workerOf(executor, report, nowNs);
    worker.take(report, nowNs);
    for (StepReport step : report.steps()) {
      String trouble = progress.trouble(report.peer(), step);
      if (trouble != null) {
        fail(trouble);
        return;
      }
      onStep(report.peer(), step, nowNs);
    }
    EncodingReport left = report.left();
    if (left != null) {
      removals.leave(worker, left, nowNs);
    }
  }

  /** The life that reports, which may be none that has joined. */
  private WorkerView knownOrNew(ExecutorView executor, WorkerReport report, long nowNs) {
    WorkerView known = members.worker(report.peer().index());
    return known != null && known.peer().equals(report.peer())
        ? known
        : new WorkerView(executor, report, nowNs);
  }

  private WorkerView workerOf(ExecutorView executor, WorkerReport report, long nowNs) {
    WorkerView joined = knownOrNew(executor, report, nowNs);
    WorkerView known = members.worker(report.peer().index());
    if (known == joined) {
      return known;
    }
    if (known != null) {
      removals.lose(known, "came back as another life", nowNs);
    }
    members.add(joined);
    LOG.info("run {}: {} has joined", options.run(), joined);
    return joined;
  }

  private void onStep(Peer worker, StepReport step, long nowNs) {
    checkpoints.reached(step.step() + 1, nowNs);
    if (!progress.note(worker, step)) {
      return;
    }
    watchdog.moved();
    formation.moved();
    failings.moved();
    if (step.generation() == formation.generation() && lifecycle.is(CoordinatorPhase.TRAINING)) {
      losses.overcome(step.step(), nowNs);
    }
  }

  /**
   * Goes on to the next phase or generation if all that it needs is there; looks for members that
   * have been silent or busy too long, and for a run that stands still.
   */
  public void onTick(long nowNs) {
    if (lifecycle.isOver() || lifecycle.is(CoordinatorPhase.GATHERING)) {
      return;
    }
    watchdog.lookForSilence(nowNs);
    failings.lookForFit(nowNs, options.deadlines().leaseNs());
    homes.placeLost(nowNs);
    checkpoints.onTick(nowNs);
    switch (lifecycle.phase()) {
      case FORMING -> watchdog.lookForUnsealed(nowNs);
      case TRAINING -> watchdog.lookForStandstill(nowNs);
      default -> {}
    }
    if (!lifecycle.isOver()) {
      advance(nowNs);
    }
  }

  /** Goes on to the next phase if all that it needs is there. */
  private void advance(long nowNs) {
    if (lifecycle.is(CoordinatorPhase.PLACING) && homes.allReady()) {
      lifecycle.become(
          CoordinatorPhase.JOINING, "all " + options.servers().count() + " servers are ready");
    }
    if (lifecycle.is(CoordinatorPhase.JOINING) && members.workers() >= options.minWorkers()) {
      formation.begin(members.workers() + " workers have joined", nowNs);
    }
    if (lifecycle.is(CoordinatorPhase.TRAINING)) {
      lookForChange(nowNs);
    }
    if (lifecycle.is(CoordinatorPhase.FORMING) && formation.isSealed()) {
      publish(nowNs);
    }
  }

  /** Forms the next generation if there is a reason to. */
  private void lookForChange(long nowNs) {
    Changes.Change change = changes.find(nowNs);
    if (change != null && change.broken()) {
      formation.beginAgain(change.why(), nowNs);
    } else if (change != null) {
      formation.begin(change.why(), nowNs);
    }
  }

  private void publish(long nowNs) {
    Membership formed = formation.publish();
    if (formed == null) {
      return;
    }
    progress.pass(formed.step());
    watchdog.moved();
    members.unfinished().forEach(worker -> worker.beginsAnew(nowNs));
    lifecycle.become(
        CoordinatorPhase.TRAINING,
        "generation "
            + formed.generation()
            + " goes on with step "
            + formed.step()
            + ", "
            + formed.workers().size()
            + " workers and "
            + formed.servers().size()
            + " servers");
  }

  /** Notes that Spark has given an executor up. */
  public void onExecutorLost(String executorId, String why, long nowNs) {
    lives.remove(executorId);
    ExecutorView executor = members.remove(executorId);
    if (executor != null && !lifecycle.isOver()) {
      removals.lose(executor, why.isBlank() ? "Spark has given it up" : why, nowNs);
      homes.placeLost(nowNs);
      advance(nowNs);
    }
  }

  /** Ends the run, whose results the driver has. */
  public void finish() {
    if (!lifecycle.isOver()) {
      lifecycle.become(CoordinatorPhase.FINISHED, "the driver has the workers' results");
    }
  }

  /** Ends the run; the first reason stands. */
  public void fail(String reason) {
    lifecycle.fail(reason);
  }

  /** Whether the run failed for what was lost, so that it may go on from a checkpoint. */
  public boolean isLost() {
    return lifecycle.isLost();
  }

  /** When checkpoints are due. */
  public CheckpointPlan checkpoints() {
    return checkpoints;
  }

  /** Where the run stands. */
  public CoordinatorPhase phase() {
    return lifecycle.phase();
  }

  /** Why the run failed; null if it did not. */
  public @Nullable String failure() {
    return lifecycle.failure();
  }

  /** The newest generation that was formed; null before the first. */
  public @Nullable Membership membership() {
    return formation.formed();
  }

  /** Number of executors that have reported and were not lost. */
  public int executors() {
    return members.executors().size();
  }

  /** The steps that were computed whole since the last call, in order. */
  public List<GlobalStep> takeSteps() {
    return progress.take();
  }

  /**
   * Whether {@link #takeSteps} has told the last step, or does so next: workers report it a moment
   * after they have finished.
   */
  public boolean knowsLastStep() {
    return progress.knowsLastStep();
  }

  /** The losses from which the run has recovered since the last call. */
  public List<Recovery> takeRecoveries() {
    return losses.take();
  }

  /**
   * Executors that were lost since they were silent, and have been silent for as long again, each
   * told once: unless Spark gives them up, their workers are not replaced for minutes.
   */
  public List<String> takeSilent(long nowNs) {
    return members.takeSilent(nowNs, options.deadlines().leaseNs());
  }

  /** The decisions on codecs since the last call. */
  public List<CodecDecision> takeDecisions() {
    return codecs.take();
  }

  /** Warnings since the last call, such as of a worker that is slower than the others. */
  public List<String> takeWarnings() {
    return progress.takeWarnings();
  }

  /** The most steps that any server let a worker be ahead of the slowest slot. */
  public long staleness() {
    return members.servers().values().stream().mapToLong(ServerView::staleness).max().orElse(0);
  }

  /** Lives of workers and servers that were lost since training began. */
  public int restarts() {
    return losses.total();
  }
}
