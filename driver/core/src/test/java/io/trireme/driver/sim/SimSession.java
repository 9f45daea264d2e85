package io.trireme.driver.sim;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ShardReport;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one executor has of one run. */
final class SimSession {

  final Host host;
  final SimRun run;
  final List<ShardReport> shards = new ArrayList<>();
  final List<String> failures = new ArrayList<>();
  @Nullable Membership membership;
  int writing;
  boolean closed;
  private final SimExecutor executor;
  private final Simulation simulation;
  private final Map<Peer, SimServer> servers = new LinkedHashMap<>();
  private final Map<Peer, SimWorker> workers = new LinkedHashMap<>();
  private final Map<Peer, WorkerReport> leaving = new LinkedHashMap<>();
  private int forming;

  SimSession(SimExecutor executor, SimRun run, Simulation simulation) {
    this.executor = executor;
    this.host = executor.host;
    this.run = run;
    this.simulation = simulation;
  }

  int forming() {
    return forming;
  }

  void launch(Peer worker) {
    SimWorker made = new SimWorker(worker, this, simulation);
    workers.put(worker, made);
    made.start();
  }

  void workerFinished(SimWorker worker) {
    leaving.put(worker.self, worker.report());
    workers.remove(worker.self);
    worker.stop();
    run.spark().taskDone(run, worker.self.index(), executor);
  }

  JobReport report() {
    List<ServerReport> serverReports = new ArrayList<>();
    servers.values().forEach(server -> serverReports.add(server.report()));
    List<WorkerReport> workerReports = new ArrayList<>(leaving.values());
    workers.values().forEach(worker -> workerReports.add(worker.report()));
    int known = membership == null ? 0 : membership.generation();
    return new JobReport(
        run.id,
        known,
        serverReports,
        workerReports,
        new CheckpointReport(writing > 0, shards, failures),
        List.of(),
        null);
  }

  /** What is forgotten once the report that is made now has been answered. */
  Runnable told() {
    Map<Peer, Integer> told = new LinkedHashMap<>();
    workers.forEach((peer, worker) -> told.put(peer, worker.unacknowledged()));
    List<Peer> left = List.copyOf(leaving.keySet());
    int toldShards = shards.size();
    int toldFailures = failures.size();
    return () -> {
      told.forEach(
          (peer, count) -> {
            SimWorker worker = workers.get(peer);
            if (worker != null) {
              worker.acknowledge(count);
            }
          });
      left.forEach(leaving::remove);
      shards.subList(0, toldShards).clear();
      failures.subList(0, toldFailures).clear();
    };
  }

  void follow(JobOrders orders) {
    for (SimServer server : List.copyOf(servers.values())) {
      if (orders.servers().stream().noneMatch(order -> order.peer().equals(server.self()))) {
        servers.remove(server.self());
        server.stop();
      }
    }
    for (ServerOrder order : orders.servers()) {
      servers.computeIfAbsent(order.peer(), unused -> new SimServer(order, this, simulation));
    }
    for (Peer life : orders.fenced()) {
      SimWorker worker = workers.remove(life);
      if (worker != null) {
        worker.stop();
        run.spark().retry(run, life.index(), executor);
      }
    }
    forming = orders.forming();
    Membership formed = orders.membership();
    if (formed != null) {
      membership = formed;
    }
    servers
        .values()
        .forEach(
            server -> {
              server.snapshots.announce(orders.checkpointStep());
              server.wake();
            });
    workers.values().forEach(worker -> worker.seal(forming));
  }

  /** A server cannot go on. */
  void failServer(int index) {
    if (!servers.isEmpty()) {
      List.copyOf(servers.values()).get(index % servers.size()).fail();
    }
  }

  /** A task dies. */
  void killTask(int index) {
    if (!workers.isEmpty()) {
      Peer life = List.copyOf(workers.keySet()).get(index % workers.size());
      SimWorker worker = workers.remove(life);
      if (worker != null) {
        worker.stop();
        run.spark().retry(run, life.index(), executor);
      }
    }
  }

  void leave() {
    workers.values().forEach(SimWorker::leave);
  }

  boolean hasServers() {
    return !servers.isEmpty();
  }

  void close() {
    closed = true;
    servers.values().forEach(SimServer::stop);
    servers.clear();
    workers.values().forEach(SimWorker::stop);
    workers.clear();
    leaving.clear();
  }
}
