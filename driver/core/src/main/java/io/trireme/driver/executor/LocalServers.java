package io.trireme.driver.executor;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.write.ShardLog;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.server.ServerAgent;
import io.trireme.server.checkpoint.SnapshotWriter;
import io.trireme.server.checkpoint.StoredUpdaters;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.server.protocol.Snapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of one run on one executor, each on a thread of its own. Used by the control thread
 * until it is closed.
 */
final class LocalServers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalServers.class);

  private final ControlClient driver;
  private final JobSpec spec;
  private final JobKey key;
  private final AeronHost aeron;
  private final CompressionPlan compression;
  private final ShardLog shards;
  private final Map<Peer, HostedServer> servers = new LinkedHashMap<>();

  LocalServers(
      ControlClient driver,
      JobSpec spec,
      JobKey key,
      AeronHost aeron,
      CompressionPlan compression,
      ShardLog shards) {
    this.driver = driver;
    this.spec = spec;
    this.key = key;
    this.aeron = aeron;
    this.compression = compression;
    this.shards = shards;
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

  /** Ends the servers that are not ordered, and starts those that are not there. */
  void follow(List<ServerOrder> orders) {
    List<HostedServer> gone = new ArrayList<>();
    servers.forEach(
        (incarnation, server) -> {
          if (orders.stream().noneMatch(order -> order.peer().equals(incarnation))) {
            LOG.warn(
                "run {}: {} is to live elsewhere; this incarnation of it ends",
                spec.run(),
                incarnation);
            gone.add(server);
          }
        });
    servers.values().removeAll(gone);
    CloseHelper.closeAll(gone);
    for (ServerOrder order : orders) {
      servers.computeIfAbsent(order.peer(), unused -> start(order));
    }
  }

  /** Tells all servers of the checkpoint to write, and of the generation. */
  void follow(long checkpointStep, int forming, @Nullable Membership membership) {
    for (HostedServer server : servers.values()) {
      SnapshotWriter writer = server.writer();
      if (writer != null) {
        writer.announce(checkpointStep);
      }
      server.agent().follow(forming, membership);
    }
  }

  List<ServerReport> report() {
    return servers.values().stream().map(server -> server.agent().report()).toList();
  }

  private HostedServer start(ServerOrder order) {
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
    GroupUpdaters initial = new InitialGroups(driver, spec);
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
        CheckpointFiles.fileSystem(dir),
        dir,
        self,
        spec.firstStep(),
        spec.lastStep(),
        shards,
        Idling.threads("trireme-checkpoint-" + self.index()));
  }

  private GroupUpdaters stored(
      CheckpointSpec checkpoint, GroupUpdaters initial, ServerOrder order) {
    CheckpointFolder from = CheckpointFiles.from(checkpoint);
    return from == null
        ? initial
        : new StoredUpdaters(initial, from, spec.firstStep(), order.load().size());
  }

  private static long staleness(SyncConfig sync) {
    return switch (sync.mode()) {
      case BSP, LOCAL -> ServerOptions.WHOLE_STEPS;
      case SSP -> sync.staleness();
      case ASYNC -> Integer.MAX_VALUE;
    };
  }

  @Override
  public void close() {
    CloseHelper.closeAll(servers.values());
  }
}
