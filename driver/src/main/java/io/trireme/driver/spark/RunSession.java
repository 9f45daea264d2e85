package io.trireme.driver.spark;

import io.trireme.common.control.JobOrders;
import io.trireme.common.control.JobReport;
import io.trireme.common.control.JobSpec;
import io.trireme.common.control.Membership;
import io.trireme.common.control.WorkerReport;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.server.ServerAgent;
import io.trireme.server.optimizer.GroupOptimizer;
import io.trireme.server.optimizer.NativeThreads;
import io.trireme.server.protocol.GroupUpdater;
import io.trireme.server.protocol.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one executor has of one run: its media driver, its servers, and its workers' seats. */
final class RunSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunSession.class);

  private static final long IDLE_DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final DriverLink driver;
  private final JobSpec spec;
  private final JobKey key;
  private final AeronHost aeron;
  private final SecureRandom random = new SecureRandom();
  private final Map<Integer, ServerAgent> servers = new TreeMap<>();
  private final List<AgentRunner> runners = new ArrayList<>();
  private final Map<Long, WorkerSeat> seats = new ConcurrentHashMap<>();
  private volatile @Nullable Membership membership;
  private volatile @Nullable String over;
  private boolean closed;

  private RunSession(DriverLink driver, JobSpec spec, AeronHost aeron) {
    this.driver = driver;
    this.spec = spec;
    this.key = new JobKey(spec.secret());
    this.aeron = aeron;
  }

  /** Opens a run on this executor: fetches its description and starts its media driver. */
  static RunSession open(DriverLink driver, String run, String host) throws IOException {
    JobSpec spec = driver.spec(run);
    AeronHost aeron =
        AeronHost.start(ExecutorAddress.settings(spec.transport(), host), RunSession::logError);
    return new RunSession(driver, spec, aeron);
  }

  private static void logError(Throwable error) {
    LOG.warn("Aeron: {}", error.toString());
    LOG.debug("Aeron", error);
  }

  JobSpec spec() {
    return spec;
  }

  JobKey key() {
    return key;
  }

  AeronHost transport() {
    return aeron;
  }

  /** A number that no other life has. */
  long newIncarnation() {
    return random.nextLong();
  }

  /** Does what is ordered; called by the control thread. */
  void follow(JobOrders orders) {
    for (int index : orders.servers()) {
      servers.computeIfAbsent(index, this::startServer);
    }
    Membership next = orders.membership();
    if (next != null && !next.equals(membership)) {
      membership = next;
      servers.values().forEach(server -> server.enter(next));
    }
    if (orders.over()) {
      end(orders.reason() == null ? "the run has finished" : orders.reason());
    }
  }

  private ServerAgent startServer(int index) {
    long timeoutNs = TimeUnit.SECONDS.toNanos(spec.transport().timeoutSeconds());
    ServerOptions options =
        new ServerOptions(
            Peer.server(index, newIncarnation()),
            spec.plan(),
            spec.slots(),
            spec.firstStep(),
            spec.lastStep(),
            spec.servers().get(index),
            spec.servers().get(index + 1),
            spec.clipGlobalNorm(),
            timeoutNs);
    ServerAgent server =
        new ServerAgent(options, key, aeron, this::loadGroup, SystemNanoClock.INSTANCE);
    AgentRunner runner =
        new AgentRunner(
            Idling.strategy(), error -> LOG.debug("server {}", index, error), null, server);
    runners.add(runner);
    AgentRunner.startOnThread(runner, Idling.threads("trireme-server-" + index));
    return server;
  }

  private GroupUpdater loadGroup(BlockGroup group) {
    NativeThreads.use(spec.threads());
    checkThreads();
    GroupOptimizer optimizer = new GroupOptimizer(spec.layout(), spec.plan(), group);
    try {
      MutableDirectBuffer parameters = optimizer.parameters();
      for (var block : spec.plan().blocksOf(group)) {
        byte[] floats = driver.initialBlock(spec.run(), block.index());
        if (floats.length != block.lengthBytes()) {
          throw new IllegalStateException(
              "block "
                  + block.index()
                  + " came with "
                  + floats.length
                  + " bytes, expected "
                  + block.lengthBytes());
        }
        parameters.putBytes(
            Math.toIntExact((block.offset() - group.offset()) * Float.BYTES), floats);
      }
      return optimizer;
    } catch (RuntimeException | Error e) {
      optimizer.close();
      throw e;
    } catch (IOException e) {
      optimizer.close();
      throw new UncheckedIOException(
          "initial parameters of block group " + group.index() + " did not come", e);
    }
  }

  /**
   * Throws where this process counts native threads otherwise than the job: its last bits would
   * differ.
   */
  void checkThreads() {
    NativeThreads.mismatch(spec.threads())
        .ifPresent(
            mismatch -> {
              throw new IllegalStateException(mismatch);
            });
  }

  /** Seats a new life of a worker. */
  WorkerSeat join(Peer self, Inbound inbound) {
    WorkerSeat seat = new WorkerSeat(self, inbound.endpoint(), this);
    seats.put(self.incarnation(), seat);
    return seat;
  }

  /** The task of a worker has ended, well or not. What it did last is still reported. */
  void leave(WorkerSeat seat) {
    seat.leave();
    if (!seat.isToBeReported()) {
      seats.remove(seat.self().incarnation());
    }
  }

  /** Whether no task uses the session. */
  boolean isIdle() {
    return seats.values().stream().allMatch(WorkerSeat::hasLeft);
  }

  @Nullable Membership membership() {
    return membership;
  }

  /** Ends the run here, for the first reason given; workers find out when they next wait. */
  synchronized void end(String reason) {
    if (over == null) {
      over = reason;
    }
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

  JobReport report() {
    List<WorkerReport> workers = new ArrayList<>();
    for (WorkerSeat seat : seats.values()) {
      if (seat.isShown()) {
        workers.add(seat.report());
      }
    }
    return new JobReport(
        spec.run(), servers.values().stream().map(ServerAgent::report).toList(), workers, null);
  }

  /** The last report has arrived. */
  void acknowledge() {
    seats.values().forEach(WorkerSeat::acknowledge);
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
      CloseHelper.closeAll(runners);
    } finally {
      awaitIdle();
      aeron.close();
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
