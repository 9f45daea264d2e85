package io.trireme.driver.spark;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.Membership;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.CodecDecision;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.coordinator.GlobalStep;
import io.trireme.driver.coordinator.Recovery;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run on the driver: its coordinator, which Spark's threads and the driver's own share under a
 * lock.
 */
public final class RunHandle {

  private static final Logger LOG = LoggerFactory.getLogger(RunHandle.class);

  /** Reports and ticks come many times a second; such a gap means that the process stood still. */
  private static final long SUSPENDED_NS = TimeUnit.SECONDS.toNanos(2);

  /** Hands out initial parameters. */
  @FunctionalInterface
  public interface InitialParameters {
    /** The floats of a block, little-endian. */
    byte[] block(int index);
  }

  private final JobSpec spec;
  private final Coordinator coordinator;
  private final InitialParameters initial;
  private long lastNs;
  private long suspendedNs;
  private boolean begun;

  /** A handle that shares the coordinator from now on. */
  public RunHandle(JobSpec spec, Coordinator coordinator, InitialParameters initial) {
    this.spec = spec;
    this.coordinator = coordinator;
    this.initial = initial;
  }

  /** What executors need to know. */
  public JobSpec spec() {
    return spec;
  }

  byte[] initialBlock(int index) {
    return initial.block(index);
  }

  synchronized JobOrders onReport(ExecutorReport report, long nowNs) {
    JobOrders orders = coordinator.onReport(report, awake(nowNs));
    notifyAll();
    return orders;
  }

  synchronized void onExecutorLost(String executor, String why, long nowNs) {
    coordinator.onExecutorLost(executor, why, awake(nowNs));
    notifyAll();
  }

  /** Gives the servers out, see {@link Coordinator#place}. */
  public synchronized void place() {
    coordinator.place();
  }

  /** Executors that have reported. */
  public synchronized int executors() {
    return coordinator.executors();
  }

  /** Ends the run well, see {@link Coordinator#finish}. */
  public synchronized void finish() {
    coordinator.finish();
  }

  /** Ends the run, see {@link Coordinator#fail}. */
  public synchronized void fail(String reason) {
    coordinator.fail(reason);
  }

  /**
   * Waits for the next report or loss, but not for longer than this, and lets time pass for the
   * coordinator.
   */
  public synchronized void await(long millis, NanoClock clock) throws InterruptedException {
    wait(millis);
    coordinator.onTick(awake(clock.nanoTime()));
  }

  /**
   * The coordinator's time, which stands still while this process does not run: nobody was silent
   * whom it could not have heard.
   */
  private long awake(long nowNs) {
    long goneNs = nowNs - lastNs;
    if (begun && goneNs > SUSPENDED_NS) {
      LOG.warn(
          "run {}: this process did not run for {} ms",
          spec.run(),
          TimeUnit.NANOSECONDS.toMillis(goneNs));
      suspendedNs += goneNs;
    }
    begun = true;
    lastNs = Math.max(lastNs, nowNs);
    return nowNs - suspendedNs;
  }

  /** Where the run stands. */
  public synchronized CoordinatorPhase phase() {
    return coordinator.phase();
  }

  /** Why it failed; null if it did not. */
  public synchronized @Nullable String failure() {
    return coordinator.failure();
  }

  /** Whether the last step was reported, see {@link Coordinator#knowsLastStep}. */
  public synchronized boolean knowsLastStep() {
    return coordinator.knowsLastStep();
  }

  /** Losses got over since the last call. */
  public synchronized List<Recovery> takeRecoveries() {
    return coordinator.takeRecoveries();
  }

  /** Decisions on codecs since the last call. */
  public synchronized List<CodecDecision> takeDecisions() {
    return coordinator.takeDecisions();
  }

  /** Warnings since the last call. */
  public synchronized List<String> takeWarnings() {
    return coordinator.takeWarnings();
  }

  /** The most steps that a worker was ahead of the slowest slot. */
  public synchronized long staleness() {
    return coordinator.staleness();
  }

  /** Executors to be replaced, see {@link Coordinator#takeSilent}. */
  public synchronized List<String> takeSilent() {
    return coordinator.takeSilent(lastNs - suspendedNs);
  }

  /** Lives of workers and servers that were lost. */
  public synchronized int restarts() {
    return coordinator.restarts();
  }

  /** The newest generation; null before the first. */
  public synchronized @Nullable Membership membership() {
    return coordinator.membership();
  }

  /** Whether the run failed for what was lost, see {@link Coordinator#isLost}. */
  public synchronized boolean isLost() {
    return coordinator.isLost();
  }

  /** Does something with the plan of checkpoints. */
  public synchronized <T> @Nullable T checkpoints(Function<CheckpointPlan, @Nullable T> use) {
    return use.apply(coordinator.checkpoints());
  }

  /** Steps finished since the last call. */
  public synchronized List<GlobalStep> takeSteps() {
    return coordinator.takeSteps();
  }
}
