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

  private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final JobSpec spec;
  private final Coordinator coordinator;
  private final IntFunction<byte[]> initialBlocks;
  private final RunningTime time = new RunningTime();
  private long tickedNs;

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
    return coordinator.takeSilent(time.nowNs());
  }

  /**
   * Waits for so long, or for a loss, and lets time pass for the coordinator. Reports do the same,
   * should the caller be long in coming, but not each of them.
   */
  public synchronized void await(long millis, NanoClock clock) throws InterruptedException {
    wait(millis);
    tick(runningTime(clock.nanoTime()));
  }

  synchronized int executors() {
    return coordinator.executors();
  }

  synchronized JobOrders onReport(ExecutorReport report, long nowNs) {
    long now = runningTime(nowNs);
    JobOrders orders = coordinator.onReport(report, now);
    if (now - tickedNs >= TICK_NS) {
      tick(now);
    }
    return orders;
  }

  synchronized void onExecutorLost(String executor, String why, long nowNs) {
    coordinator.onExecutorLost(executor, why, runningTime(nowNs));
    notifyAll();
  }

  private void tick(long nowNs) {
    tickedNs = nowNs;
    coordinator.onTick(nowNs);
  }

  private long runningTime(long nowNs) {
    long goneNs = time.note(nowNs);
    if (goneNs > 0) {
      LOG.warn(
          "run {}: this process did not run for {} ms",
          spec.run(),
          TimeUnit.NANOSECONDS.toMillis(goneNs));
    }
    return time.nowNs();
  }
}
