package io.trireme.driver.executor;

import io.trireme.common.checkpoint.write.ShardLog;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.Membership;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.worker.protocol.ResidualStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one executor has of one run: its media driver, its servers and its workers. The control
 * thread follows orders; the workers' tasks use the rest.
 */
final class ExecutorRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRun.class);

  private static final long IDLE_DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final JobSpec spec;
  private final JobKey key;
  private final AeronHost aeron;
  private final CompressionPlan compression;
  private final SecureRandom random = new SecureRandom();
  private final ShardLog shards = new ShardLog();
  private final LocalServers servers;
  private final LocalWorkers workers;
  private final LocalResiduals residuals;
  private final CodecRates rates;
  private final Devices devices = new Devices();
  private @Nullable Membership membership;
  private volatile @Nullable String over;
  private volatile boolean leaving;
  private @Nullable String gaveUp;
  private boolean closed;

  private ExecutorRun(ControlClient driver, JobSpec spec, AeronHost aeron) {
    this.spec = spec;
    this.key = new JobKey(spec.secret());
    this.aeron = aeron;
    this.compression =
        CompressionPlan.of(spec.layout(), spec.plan(), spec.compression(), spec.seed());
    this.servers = new LocalServers(driver, spec, key, aeron, compression, shards);
    this.workers = new LocalWorkers(aeron, this);
    this.residuals = new LocalResiduals(spec, compression.encodesGradients(), shards);
    this.rates = new CodecRates(spec, compression);
  }

  /** Opens a run on this executor: fetches its description and starts its media driver. */
  static ExecutorRun open(ControlClient driver, String run, String host) throws IOException {
    JobSpec spec = driver.spec(run);
    TransportErrors errors = new TransportErrors();
    AeronHost aeron = AeronHost.start(ExecutorAddress.settings(spec, host), errors);
    try {
      ExecutorRun opened = new ExecutorRun(driver, spec, aeron);
      errors.onLack(opened::giveUp);
      return opened;
    } catch (RuntimeException | Error e) {
      CloseHelper.quietClose(aeron);
      throw e;
    }
  }

  JobSpec spec() {
    return spec;
  }

  /** How blocks travel. */
  CompressionPlan compression() {
    return compression;
  }

  JobKey key() {
    return key;
  }

  AeronHost transport() {
    return aeron;
  }

  /** Which devices its workers have. */
  Devices devices() {
    return devices;
  }

  /** Measures once what codecs cost here, if the job chooses among some; on the caller's thread. */
  void measureCodecs() {
    rates.measure();
  }

  /** Where the residuals of an incarnation go and come from. */
  ResidualStore residualsOf(Peer worker) {
    return residuals.of(worker);
  }

  /** Does what is ordered; called by the control thread. */
  void follow(JobOrders orders) {
    if (orders.over()) {
      end(orders.reason() == null ? "the run has finished" : orders.reason());
      return;
    }
    if (isOver()) {
      return;
    }
    servers.follow(orders.servers());
    workers.fence(orders.fenced());
    Membership next = orders.membership();
    if (next != null) {
      membership = next;
    }
    residuals.announce(orders.checkpointStep());
    servers.follow(orders.checkpointStep(), orders.forming(), membership);
    workers.follow(orders.forming(), membership);
  }

  /**
   * Throws where this process counts native threads otherwise than the job: its last bits would
   * differ.
   */
  static void checkThreads(JobSpec spec) {
    NativeThreads.mismatch(spec.computation().threads())
        .ifPresent(
            mismatch -> {
              throw new IllegalStateException(mismatch);
            });
  }

  /** Adds a new incarnation of a worker. */
  WorkerHandle join(int worker) {
    return workers.add(Peer.worker(worker, random.nextLong()));
  }

  /** The task of a worker has ended, well or not. */
  void leave(WorkerHandle worker) {
    workers.end(worker);
  }

  /** This executor is to end: its workers are to leave in good order. */
  void leave() {
    if (hasMembers()) {
      LOG.info("run {}: this executor is to end; its workers leave", spec.run());
    }
    leaving = true;
  }

  boolean isLeaving() {
    return leaving;
  }

  /** Whether the run goes on, and would lose a worker with this executor. */
  boolean hasMembers() {
    return !isOver() && workers.hasMembers();
  }

  /** Whether no task uses the run's parts. */
  boolean isIdle() {
    return workers.haveEnded();
  }

  /** Ends the run here, for the first reason given; workers find out when they next wait. */
  synchronized void end(String reason) {
    if (over == null) {
      over = reason;
    }
  }

  /** Ends the run here without having been told to; the reason is reported as a failure. */
  synchronized void giveUp(String reason) {
    if (over == null) {
      LOG.warn("run {}: {}", spec.run(), reason);
      over = reason;
      gaveUp = reason;
    }
  }

  synchronized boolean hasGivenUp() {
    return gaveUp != null;
  }

  boolean isOver() {
    return over != null;
  }

  /** Throws once the run is over. */
  void checkRunning() {
    String reason = over;
    if (reason != null) {
      throw new RunOverException(reason);
    }
  }

  synchronized JobReport report() {
    Membership known = membership;
    return new JobReport(
        spec.run(),
        known == null ? 0 : known.generation(),
        servers.report(),
        workers.report(),
        shards.report(),
        rates.measured(),
        gaveUp);
  }

  /** The last report has arrived. */
  void acknowledge() {
    workers.acknowledge();
    shards.acknowledge();
  }

  @Override
  public void close() {
    end("the run was closed on this executor");
    closeParts();
  }

  /** Servers first, then, when no task uses the sessions any more, the media driver under them. */
  private synchronized void closeParts() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      servers.close();
    } finally {
      awaitIdle();
      CloseHelper.closeAll(residuals, aeron);
    }
  }

  private void awaitIdle() {
    long start = System.nanoTime();
    while (!isIdle() && System.nanoTime() - start < IDLE_DEADLINE_NS) {
      LockSupport.parkNanos(LOOK_AGAIN_NS);
    }
    if (!isIdle()) {
      LOG.warn("run {}: closed under a task that did not end", spec.run());
    }
  }
}
