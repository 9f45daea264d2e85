package io.trireme.driver.spark;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobSpec;
import io.trireme.driver.coordinator.Coordinator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock around the coordinator of a run, which Spark's threads and the driver's own share. Every
 * use of the coordinator goes through here.
 */
public final class CoordinatorGuard {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorGuard.class);

  /** Reports and ticks come many times a second; such a gap means that the process stood still. */
  private static final long SUSPENDED_NS = TimeUnit.SECONDS.toNanos(2);

  private final JobSpec spec;
  private final Coordinator coordinator;
  private final IntFunction<byte[]> initialBlocks;
  private long lastNs;
  private long suspendedNs;
  private boolean begun;

  /**
   * A guard of a coordinator that nothing else uses from now on.
   *
   * @param initialBlocks the initial floats of a block, little-endian, by the block's index
   */
  public CoordinatorGuard(
      JobSpec spec, Coordinator coordinator, IntFunction<byte[]> initialBlocks) {
    this.spec = spec;
    this.coordinator = coordinator;
    this.initialBlocks = initialBlocks;
  }

  /** What executors need to know. */
  public JobSpec spec() {
    return spec;
  }

  byte[] initialBlock(int index) {
    return initialBlocks.apply(index);
  }

  /** Asks the coordinator under the lock; what is returned must not be its live state. */
  public synchronized <T> T ask(Function<Coordinator, T> question) {
    return question.apply(coordinator);
  }

  /** Tells the coordinator something under the lock. */
  public synchronized void tell(Consumer<Coordinator> order) {
    order.accept(coordinator);
  }

  /** Executors to be replaced, see {@link Coordinator#takeSilent}. */
  public synchronized List<String> takeSilent() {
    return coordinator.takeSilent(lastNs - suspendedNs);
  }

  /**
   * Waits for the next report or loss, but not for longer than this, and lets time pass for the
   * coordinator.
   */
  public synchronized void await(long millis, NanoClock clock) throws InterruptedException {
    wait(millis);
    coordinator.onTick(runningTime(clock.nanoTime()));
  }

  synchronized JobOrders onReport(ExecutorReport report, long nowNs) {
    JobOrders orders = coordinator.onReport(report, runningTime(nowNs));
    notifyAll();
    return orders;
  }

  synchronized void onExecutorLost(String executor, String why, long nowNs) {
    coordinator.onExecutorLost(executor, why, runningTime(nowNs));
    notifyAll();
  }

  /**
   * The coordinator's time, which stands still while this process does not run: an executor that
   * could not be heard has not been silent.
   */
  private long runningTime(long nowNs) {
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
}
