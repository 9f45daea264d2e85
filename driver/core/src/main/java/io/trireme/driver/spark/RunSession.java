package io.trireme.driver.spark;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.write.ShardLog;
import io.trireme.common.checkpoint.write.ShardQueue;
import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.files.PlainFiles;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.CodecRate;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.ServerAgent;
import io.trireme.server.checkpoint.SnapshotWriter;
import io.trireme.server.checkpoint.StoredUpdaters;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.server.protocol.Snapshots;
import io.trireme.worker.CodecMeter;
import io.trireme.worker.checkpoint.ResidualFiles;
import io.trireme.worker.protocol.ResidualStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
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
  private final CompressionPlan compression;
  private final SecureRandom random = new SecureRandom();
  private final Map<Peer, HostedServer> servers = new LinkedHashMap<>();
  private final Map<Long, WorkerSeat> seats = new ConcurrentHashMap<>();
  private final ShardLog shards = new ShardLog();
  private @Nullable ShardQueue residuals;
  private @Nullable Membership membership;
  private int forming;
  private volatile long announced;
  private volatile @Nullable String over;
  private volatile boolean leaving;
  private @Nullable String gaveUp;
  private boolean closed;
  private final Object measuring = new Object();
  private volatile List<CodecRate> rates = List.of();

  private RunSession(DriverLink driver, JobSpec spec, AeronHost aeron) {
    this.driver = driver;
    this.spec = spec;
    this.key = new JobKey(spec.secret());
    this.aeron = aeron;
    this.compression =
        CompressionPlan.of(spec.layout(), spec.plan(), spec.compression(), spec.seed());
  }

  /** Opens a run on this executor: fetches its description and starts its media driver. */
  static RunSession open(DriverLink driver, String run, String host) throws IOException {
    JobSpec spec = driver.spec(run);
    AeronHost aeron =
        AeronHost.start(ExecutorAddress.settings(spec.transport(), host), new TransportErrors());
    return new RunSession(driver, spec, aeron);
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

  /** Measures once what codecs cost here, if the job chooses among some; on the caller's thread. */
  void measureCodecs() {
    CompressionConfig config = spec.compression();
    List<CodecConfig> candidates = new ArrayList<>(config.candidates());
    if (config.isAuto() && !config.back().equals(CodecConfig.NONE)) {
      candidates.removeIf(one -> one.codec().equals(config.back().codec()));
      candidates.add(config.back());
    }
    synchronized (measuring) {
      if (rates.isEmpty() && !candidates.isEmpty()) {
        rates =
            new CodecMeter(compression, spec.plan(), SystemNanoClock.INSTANCE).measure(candidates);
        LOG.info("run {}: codecs cost here {}", spec.run(), rates);
      }
    }
  }

  /** A number that no other life has. */
  long newIncarnation() {
    return random.nextLong();
  }

  /** A server and the thread that runs it. */
  private record HostedServer(
      ServerAgent agent, AgentRunner runner, @Nullable SnapshotWriter writer)
      implements AutoCloseable {
    @Override
    public void close() {
      CloseHelper.closeAll(runner, writer);
    }
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
    List<HostedServer> gone = new ArrayList<>();
    servers.forEach(
        (life, server) -> {
          if (orders.servers().stream().noneMatch(order -> order.peer().equals(life))) {
            LOG.warn("run {}: {} is to live elsewhere; this life of it ends", spec.run(), life);
            gone.add(server);
          }
        });
    servers.values().removeAll(gone);
    CloseHelper.closeAll(gone);
    for (ServerOrder order : orders.servers()) {
      servers.computeIfAbsent(order.peer(), unused -> startServer(order));
    }
    for (Peer life : orders.fenced()) {
      WorkerSeat seat = seats.get(life.incarnation());
      if (seat != null) {
        seat.fence();
      }
    }
    Membership next = orders.membership();
    if (next != null) {
      membership = next;
    }
    forming = orders.forming();
    announced = orders.checkpointStep();
    for (HostedServer server : servers.values()) {
      SnapshotWriter writer = server.writer();
      if (writer != null) {
        writer.announce(orders.checkpointStep());
      }
      server.agent().follow(forming, membership);
    }
    seats.values().forEach(seat -> seat.follow(forming, membership));
  }

  private HostedServer startServer(ServerOrder order) {
    ServerOptions options =
        new ServerOptions(
            order.peer(),
            spec.plan(),
            spec.slots(),
            spec.firstStep(),
            spec.lastStep(),
            staleness(spec.sync()),
            spec.serverClipGlobalNorm(),
            compression,
            spec.update().nonFinite().skip());
    GroupUpdaters initial =
        new GroupUpdaters() {
          @Override
          public GroupUpdater first(BlockGroup group) {
            return loadGroup(group);
          }

          @Override
          public GroupUpdater blank(BlockGroup group) {
            prepareThread();
            return new GroupOptimizer(spec.layout(), spec.plan(), group);
          }
        };
    CheckpointSpec checkpoint = spec.checkpoint();
    SnapshotWriter writer = checkpoint == null ? null : writer(checkpoint, order.peer());
    ServerAgent server =
        new ServerAgent(
            options,
            order.load(),
            key,
            aeron,
            checkpoint == null ? initial : stored(checkpoint, initial, order),
            writer == null ? Snapshots.NONE : writer,
            SystemNanoClock.INSTANCE);
    AgentRunner runner =
        new AgentRunner(
            Idling.strategy(), error -> LOG.debug("{}", order.peer(), error), null, server);
    AgentRunner.startOnThread(runner, Idling.threads(server.roleName()));
    return new HostedServer(server, runner, writer);
  }

  private @Nullable SnapshotWriter writer(CheckpointSpec checkpoint, Peer self) {
    if (checkpoint.dir() == null) {
      return null;
    }
    Path dir = new Path(checkpoint.dir());
    return SnapshotWriter.start(
        checkpoint,
        fileSystem(dir),
        dir,
        self,
        spec.firstStep(),
        spec.lastStep(),
        shards,
        Idling.threads("trireme-checkpoint-" + self.index()));
  }

  private GroupUpdaters stored(
      CheckpointSpec checkpoint, GroupUpdaters initial, ServerOrder order) {
    CheckpointFolder from = from(checkpoint);
    return from == null
        ? initial
        : new StoredUpdaters(initial, from, spec.firstStep(), order.load().size());
  }

  private static @Nullable CheckpointFolder from(CheckpointSpec checkpoint) {
    if (checkpoint.from() == null) {
      return null;
    }
    Path from = new Path(checkpoint.from());
    return new CheckpointFolder(fileSystem(from), from, null);
  }

  /** Writes what the workers here keep, on one thread for all of them. */
  private synchronized @Nullable ShardQueue residualQueue(CheckpointSpec checkpoint) {
    if (residuals == null && checkpoint.dir() != null && !closed) {
      Path dir = new Path(checkpoint.dir());
      residuals =
          ShardQueue.start(
              checkpoint, fileSystem(dir), dir, shards, Idling.threads("trireme-residuals"));
    }
    return residuals;
  }

  /** Where the residuals of a life go and come from. */
  ResidualStore residualsOf(Peer worker) {
    CheckpointSpec checkpoint = spec.checkpoint();
    if (checkpoint == null || !compression.hasWay()) {
      return ResidualStore.NONE;
    }
    return new ResidualFiles(
        worker,
        residualQueue(checkpoint),
        step -> step > spec.firstStep() && (step == announced || step == spec.lastStep()),
        from(checkpoint),
        spec.firstStep(),
        spec.slots().slots());
  }

  private static FileSystem fileSystem(Path path) {
    try {
      return PlainFiles.of(path, SparkHadoopUtil.get().conf());
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be reached from this executor: " + e, e);
    }
  }

  private static long staleness(SyncConfig sync) {
    return switch (sync.mode()) {
      case BSP, LOCAL -> ServerOptions.WHOLE_STEPS;
      case SSP -> sync.staleness();
      case ASYNC -> Integer.MAX_VALUE;
    };
  }

  private void prepareThread() {
    NativeThreads.use(spec.computation().threads());
    checkThreads();
  }

  private GroupUpdater loadGroup(BlockGroup group) {
    prepareThread();
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
    NativeThreads.mismatch(spec.computation().threads())
        .ifPresent(
            mismatch -> {
              throw new IllegalStateException(mismatch);
            });
  }

  /** Seats a new life of a worker. */
  WorkerSeat join(Peer self) {
    WorkerSeat seat = new WorkerSeat(self, aeron, this);
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
    return !isOver() && seats.values().stream().anyMatch(WorkerSeat::isMember);
  }

  /** Whether no task uses the session. */
  boolean isIdle() {
    return seats.values().stream().allMatch(WorkerSeat::hasLeft);
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
    List<WorkerReport> workers = new ArrayList<>();
    for (WorkerSeat seat : seats.values()) {
      if (seat.isShown()) {
        workers.add(seat.report());
      }
    }
    Membership known = membership;
    return new JobReport(
        spec.run(),
        known == null ? 0 : known.generation(),
        servers.values().stream().map(server -> server.agent().report()).toList(),
        workers,
        shards.report(),
        rates,
        gaveUp);
  }

  /** The last report has arrived. */
  void acknowledge() {
    seats.values().forEach(WorkerSeat::acknowledge);
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
      CloseHelper.closeAll(servers.values());
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
