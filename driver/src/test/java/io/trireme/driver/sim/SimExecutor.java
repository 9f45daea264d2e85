package io.trireme.driver.sim;

import io.trireme.common.control.CheckpointReport;
import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.JobOrders;
import io.trireme.common.control.JobReport;
import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerOrder;
import io.trireme.common.control.ServerReport;
import io.trireme.common.control.WorkerReport;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import io.trireme.server.protocol.GroupUpdater;
import io.trireme.server.protocol.ServerLife;
import io.trireme.server.protocol.ServerOptions;
import io.trireme.server.protocol.Updaters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One executor: what it has of the run, and its talk with the coordinator. */
final class SimExecutor {

  private static final long BEAT_NS = 50 * Scheduler.MS;
  private static final long ANSWER_NS = 200 * Scheduler.MS;

  final Host host;
  final Transport transport;
  private final Simulation simulation;
  private final JobKey key;
  private final Map<Peer, SimServer> servers = new LinkedHashMap<>();
  private final Map<Peer, SimWorker> workers = new LinkedHashMap<>();
  private final Map<Peer, WorkerReport> leaving = new LinkedHashMap<>();
  @Nullable Membership membership;
  private int forming;
  private boolean open;
  private long beat;

  SimExecutor(Host host, Simulation simulation, JobKey key) {
    this.host = host;
    this.simulation = simulation;
    this.key = key;
    this.transport = simulation.network.of(host);
  }

  void start() {
    simulation.scheduler.within(0, BEAT_NS, this::beat);
  }

  private final class SimServer {
    final ServerLife life;
    private boolean loaded;
    private boolean stopped;

    SimServer(ServerOrder order) {
      Oracle oracle = simulation.oracle;
      Updaters updaters =
          new Updaters() {
            @Override
            public GroupUpdater first(BlockGroup group) {
              return new CheckedUpdater(oracle, group, order.peer() + " on " + host, true);
            }

            @Override
            public GroupUpdater blank(BlockGroup group) {
              return new CheckedUpdater(oracle, group, order.peer() + " on " + host, false);
            }
          };
      life =
          new ServerLife(
              new ServerOptions(
                  order.peer(),
                  oracle.plan,
                  oracle.slots,
                  0,
                  oracle.steps,
                  simulation.staleness(),
                  oracle.clip,
                  simulation.compression(),
                  false),
              key,
              transport,
              updaters,
              new Rejections());
      simulation.scheduler.within(
          0,
          100 * Scheduler.MS,
          () -> {
            if (!stopped) {
              life.load(order.load());
              loaded = true;
              turn();
            }
          });
    }

    void turn() {
      if (stopped || !host.alive) {
        return;
      }
      if (host.frozenUntilNs > simulation.scheduler.now()) {
        simulation.scheduler.at(host.frozenUntilNs, this::turn);
        return;
      }
      life.follow(forming, membership);
      int work = life.doWork(simulation.scheduler.now());
      long pause = work > 0 ? 50_000 : 2 * Scheduler.MS;
      simulation.scheduler.within(pause / 2, pause, this::turn);
    }

    ServerReport report() {
      if (loaded) {
        return life.report(simulation.scheduler.now(), null);
      }
      return life.report(simulation.scheduler.now(), null);
    }

    void stop() {
      stopped = true;
      life.close();
    }
  }

  /** Launches a task here. */
  void launch(Peer worker) {
    if (!host.alive) {
      return;
    }
    if (!open) {
      simulation.scheduler.within(10 * Scheduler.MS, 20 * Scheduler.MS, () -> launch(worker));
      return;
    }
    SimWorker made = new SimWorker(worker, this, simulation, key);
    workers.put(worker, made);
    made.start();
  }

  void workerFinished(SimWorker worker) {
    leaving.put(worker.self, worker.report());
    workers.remove(worker.self);
    worker.stop();
    simulation.spark.taskDone(worker.self.index(), this);
  }

  private void beat() {
    if (!host.alive) {
      return;
    }
    if (host.frozenUntilNs > simulation.scheduler.now()) {
      simulation.scheduler.at(host.frozenUntilNs, this::beat);
      return;
    }
    beat++;
    long mine = beat;
    ExecutorReport report = report();
    Map<Peer, Integer> told = new LinkedHashMap<>();
    workers.forEach((peer, worker) -> told.put(peer, worker.unacknowledged()));
    List<Peer> left = List.copyOf(leaving.keySet());
    simulation.control(
        this,
        () -> {
          JobOrders orders = simulation.report(report);
          if (orders != null) {
            simulation.answer(
                this,
                () -> {
                  if (mine == beat && host.alive) {
                    told.forEach(
                        (peer, count) -> {
                          SimWorker worker = workers.get(peer);
                          if (worker != null) {
                            worker.acknowledge(count);
                          }
                        });
                    left.forEach(leaving::remove);
                    beat++;
                    follow(orders);
                    simulation.scheduler.within(BEAT_NS / 2, BEAT_NS, this::beat);
                  }
                });
          }
        });
    simulation.scheduler.at(
        simulation.scheduler.now() + ANSWER_NS,
        () -> {
          if (mine == beat) {
            beat();
          }
        });
  }

  private ExecutorReport report() {
    if (!open) {
      return new ExecutorReport(host.name, host.name, List.of());
    }
    List<ServerReport> serverReports = new ArrayList<>();
    servers.values().forEach(server -> serverReports.add(server.report()));
    List<WorkerReport> workerReports = new ArrayList<>(leaving.values());
    workers.values().forEach(worker -> workerReports.add(worker.report()));
    int known = membership == null ? 0 : membership.generation();
    return new ExecutorReport(
        host.name,
        host.name,
        List.of(
            new JobReport(
                "sim", known, serverReports, workerReports, CheckpointReport.NONE, null)));
  }

  private void follow(JobOrders orders) {
    if (orders.over()) {
      close();
      return;
    }
    open = true;
    for (Peer known : List.copyOf(servers.keySet())) {
      if (orders.servers().stream().noneMatch(order -> order.peer().equals(known))) {
        SimServer gone = servers.remove(known);
        gone.stop();
      }
    }
    for (ServerOrder order : orders.servers()) {
      servers.computeIfAbsent(order.peer(), unused -> new SimServer(order));
    }
    for (Peer life : orders.fenced()) {
      SimWorker worker = workers.remove(life);
      if (worker != null) {
        worker.stop();
        simulation.spark.fenced(life.index(), this);
      }
    }
    forming = orders.forming();
    Membership formed = orders.membership();
    if (formed != null) {
      membership = formed;
    }
    workers.values().forEach(worker -> worker.seal(forming));
  }

  private void close() {
    servers.values().forEach(SimServer::stop);
    servers.clear();
    workers.values().forEach(SimWorker::stop);
    workers.clear();
    leaving.clear();
  }

  boolean hasServers() {
    return !servers.isEmpty();
  }
}
