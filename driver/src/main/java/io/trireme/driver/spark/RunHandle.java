package io.trireme.driver.spark;

import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.JobOrders;
import io.trireme.common.control.JobSpec;
import io.trireme.driver.protocol.Coordinator;
import io.trireme.driver.protocol.GlobalStep;
import io.trireme.driver.protocol.Phase;
import java.util.List;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * One run on the driver: its coordinator, which Spark's threads and the driver's own share under a
 * lock.
 */
public final class RunHandle {

  /** Hands out initial parameters. */
  @FunctionalInterface
  public interface InitialParameters {
    /** The floats of a block, little-endian. */
    byte[] block(int index);
  }

  private final JobSpec spec;
  private final Coordinator coordinator;
  private final InitialParameters initial;

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
    JobOrders orders = coordinator.onReport(report, nowNs);
    notifyAll();
    return orders;
  }

  synchronized void onExecutorLost(String executor, String why) {
    coordinator.onExecutorLost(executor, why);
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
    coordinator.onTick(clock.nanoTime());
  }

  /** Where the run stands. */
  public synchronized Phase phase() {
    return coordinator.phase();
  }

  /** Why it failed; null if it did not. */
  public synchronized @Nullable String failure() {
    return coordinator.failure();
  }

  /** Steps finished since the last call. */
  public synchronized List<GlobalStep> takeSteps() {
    return coordinator.takeSteps();
  }
}
