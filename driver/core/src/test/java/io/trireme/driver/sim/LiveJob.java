package io.trireme.driver.sim;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.ServerAgent;
import io.trireme.server.protocol.GroupUpdaters;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.server.protocol.Snapshots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.awaitility.Awaitility;

/**
 * The oracle's job on real threads and over real UDP: two processes' worth of Aeron, each with one
 * server and one worker, in one generation. Servers compare their parameters with the oracle's
 * after every step.
 */
final class LiveJob implements AutoCloseable {

  static final int GENERATION = 1;
  static final int MEMBERS = 2;
  static final Duration LIMIT = Duration.ofSeconds(60);

  final JobKey key = new JobKey(new byte[JobKey.LENGTH]);
  final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  /** What media drivers find wrong with what strangers send. */
  final LongAdder complaints = new LongAdder();

  /** One for each step that each worker may take. */
  final Semaphore permits = new Semaphore(0);

  final List<LiveWorker> workers = new ArrayList<>();
  final List<Path> folders = new ArrayList<>();
  private final Oracle oracle;
  private final List<AeronHost> hosts = new ArrayList<>();
  private final List<ServerAgent> servers = new ArrayList<>();
  private final List<AgentRunner> runners = new ArrayList<>();

  LiveJob(Oracle oracle, Path folder) {
    this.oracle = oracle;
    for (int i = 0; i < MEMBERS; i++) {
      AeronHost host = host(folder.resolve("host-" + i));
      hosts.add(host);
      folders.add(host.folder().toPath());
      startServer(i, host);
    }
    for (int i = 0; i < MEMBERS; i++) {
      workers.add(new LiveWorker(Peer.worker(i, 200 + i), oracle, this, hosts.get(i)));
    }
    enter();
  }

  /** An Aeron of its own. */
  AeronHost host(Path folder) {
    return AeronHost.start(
        new AeronHost.Settings(
            "127.0.0.1",
            0,
            0,
            folder.toFile(),
            1 << 20,
            1408,
            2 * MEMBERS,
            TimeUnit.SECONDS.toNanos(30)),
        error -> complaints.increment());
  }

  private void startServer(int index, AeronHost host) {
    Peer self = Peer.server(index, 100 + index);
    GroupUpdaters updaters =
        new GroupUpdaters() {
          @Override
          public GroupUpdater first(BlockGroup group) {
            return new CheckedUpdater(oracle, group, self.toString(), true);
          }

          @Override
          public GroupUpdater blank(BlockGroup group) {
            throw new AssertionError("nobody is brought up");
          }
        };
    ServerAgent agent =
        new ServerAgent(
            new ServerOptions(
                self,
                oracle.plan,
                oracle.slots,
                0,
                oracle.steps,
                ServerOptions.WHOLE_STEPS,
                oracle.clip,
                CompressionPlan.plain(oracle.plan),
                false),
            IntStream.range(0, oracle.plan.groups().size()).boxed().toList(),
            key,
            host,
            updaters,
            Snapshots.NONE,
            SystemNanoClock.INSTANCE);
    AgentRunner runner =
        new AgentRunner(new SleepingMillisIdleStrategy(1), errors::add, null, agent);
    AgentRunner.startOnThread(runner);
    servers.add(agent);
    runners.add(runner);
  }

  private void enter() {
    servers.forEach(server -> server.follow(GENERATION, null));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> servers.stream().allMatch(server -> server.report().sealed() == GENERATION));
    int slots = oracle.slots.slots();
    List<WorkerMember> workerMembers = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      LiveWorker worker = workers.get(i);
      workerMembers.add(
          new WorkerMember(
              worker.self, worker.seal(), slots * i / MEMBERS, slots * (i + 1) / MEMBERS));
    }
    List<GroupHolders> groups = new ArrayList<>();
    for (int group = 0; group < oracle.plan.groups().size(); group++) {
      groups.add(new GroupHolders(group % MEMBERS, (group + 1) % MEMBERS, true));
    }
    List<ServerMember> serverMembers =
        servers.stream().map(server -> new ServerMember(server.self(), endpoint(server))).toList();
    Membership membership = new Membership(GENERATION, 0, workerMembers, serverMembers, groups);
    servers.forEach(server -> server.follow(GENERATION, membership));
    workers.forEach(worker -> worker.start(membership));
  }

  private static Endpoint endpoint(ServerAgent server) {
    Endpoint endpoint = server.report().endpoint();
    if (endpoint == null) {
      throw new AssertionError(server.self() + " has no endpoint");
    }
    return endpoint;
  }

  List<Endpoint> serverEndpoints() {
    return servers.stream().map(LiveJob::endpoint).toList();
  }

  List<Peer> serverPeers() {
    return servers.stream().map(ServerAgent::self).toList();
  }

  /** What all servers have dropped. */
  Map<Rejection, Long> dropped() {
    Map<Rejection, Long> all = new EnumMap<>(Rejection.class);
    for (ServerAgent server : servers) {
      ServerReport report = server.report();
      report.dropped().forEach((reason, count) -> all.merge(reason, count, Long::sum));
    }
    return all;
  }

  /** Whether some session has lost a message. */
  boolean isBroken() {
    return servers.stream().anyMatch(server -> server.report().broken())
        || workers.stream().anyMatch(worker -> worker.broken);
  }

  void awaitEnd() {
    Awaitility.await()
        .atMost(LIMIT)
        .failFast(() -> !errors.isEmpty())
        .until(() -> workers.stream().allMatch(worker -> worker.finished));
  }

  @Override
  public void close() {
    workers.forEach(LiveWorker::stop);
    CloseHelper.closeAll(runners);
    CloseHelper.closeAll(hosts);
  }
}
