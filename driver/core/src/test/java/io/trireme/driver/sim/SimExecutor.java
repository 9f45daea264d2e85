package io.trireme.driver.sim;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One executor: what it has of each run, and its talk with the driver. */
final class SimExecutor {

  private static final long BEAT_NS = 50 * Scheduler.MS;
  private static final long ANSWER_NS = 200 * Scheduler.MS;

  final Host host;

  /** The driver that it belongs to. */
  final int application;

  private final Simulation simulation;
  private final Map<String, SimSession> sessions = new LinkedHashMap<>();
  private long beat;

  SimExecutor(Host host, int application, Simulation simulation) {
    this.host = host;
    this.application = application;
    this.simulation = simulation;
  }

  void start() {
    simulation.scheduler.within(0, BEAT_NS, this::beat);
  }

  /** Launches a task here. */
  void launch(SimRun run, Peer worker) {
    if (!host.alive || !simulation.isCurrent(run)) {
      return;
    }
    SimSession session = sessions.get(run.id);
    if (session == null) {
      simulation.scheduler.within(10 * Scheduler.MS, 20 * Scheduler.MS, () -> launch(run, worker));
      return;
    }
    session.launch(worker);
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
    List<JobReport> jobs = new ArrayList<>();
    List<Runnable> told = new ArrayList<>();
    for (SimSession session : sessions.values()) {
      jobs.add(session.report());
      told.add(session.told());
    }
    ExecutorReport report = new ExecutorReport(host.name, host.name, jobs);
    simulation.control(
        this,
        () -> {
          List<JobOrders> orders = simulation.report(this, report);
          if (orders == null) {
            return;
          }
          simulation.answer(
              this,
              () -> {
                if (mine == beat && host.alive) {
                  told.forEach(Runnable::run);
                  beat++;
                  follow(orders);
                  simulation.scheduler.within(BEAT_NS / 2, BEAT_NS, this::beat);
                }
              });
        });
    simulation.scheduler.at(
        simulation.scheduler.now() + ANSWER_NS,
        () -> {
          if (mine == beat) {
            beat();
          }
        });
  }

  /** Runs that are over, or of which the driver no longer knows, are closed here. */
  private void follow(List<JobOrders> orders) {
    Map<String, SimSession> old = new LinkedHashMap<>(sessions);
    sessions.clear();
    for (JobOrders job : orders) {
      SimRun run = simulation.runOf(job.run());
      if (!job.over() && run != null) {
        SimSession known = old.remove(job.run());
        SimSession session = known == null ? new SimSession(this, run, simulation) : known;
        sessions.put(job.run(), session);
        session.follow(job);
      }
    }
    old.values().forEach(SimSession::close);
  }

  /** The workers here are to leave in good order; they come back as other lives. */
  void leave() {
    sessions.values().forEach(SimSession::leave);
  }

  /** What lives here of a run. */
  Collection<SimServer> servers(SimRun run) {
    SimSession session = sessions.get(run.id);
    return session == null ? List.of() : session.servers();
  }

  boolean hasServers() {
    return sessions.values().stream().anyMatch(SimSession::hasServers);
  }
}
