package io.trireme.driver.sim;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One executor: what it has of each run, and its talk with the driver. */
final class SimExecutor {

  private static final long BEAT_NS = 50 * Scheduler.MS;
  private static final int REMEMBERED = 20;
  private static final long ANSWER_NS = 200 * Scheduler.MS;

  final Host host;

  private final SimDriver driver;
  private final Simulation simulation;
  private final Map<String, SimSession> sessions = new LinkedHashMap<>();
  private final List<ExecutorReport> old = new ArrayList<>();
  private long beat;

  /** The run that it has no room for; null if it has. */
  private @Nullable String unfit;

  SimExecutor(Host host, SimDriver driver, Simulation simulation) {
    this.host = host;
    this.driver = driver;
    this.simulation = simulation;
  }

  void start() {
    simulation.scheduler.within(0, BEAT_NS, this::beat);
  }

  /** Launches a task here. */
  void launch(SimRun run, Peer worker) {
    if (!host.alive || !run.isCurrent()) {
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
    String run = unfit;
    if (run != null) {
      jobs.add(
          new JobReport(
              run, 0, List.of(), List.of(), CheckpointReport.NONE, List.of(), "no room here"));
    }
    ExecutorReport report = new ExecutorReport(host.name, host.machine, jobs);
    remember(report);
    driver.request(
        this,
        () -> {
          List<JobOrders> orders = driver.report(report);
          if (orders == null) {
            return;
          }
          driver.answer(
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
    for (JobOrders job : orders) {
      SimRun run = driver.runOf(job.run());
      if (!job.over() && run != null && isFit(run)) {
        SimSession known = old.remove(job.run());
        SimSession session = known == null ? new SimSession(this, run, simulation) : known;
        sessions.put(job.run(), session);
        session.follow(job);
      }
    }
    old.values().forEach(SimSession::close);
    sessions.values().removeIf(session -> session.closed);
  }

  private boolean isFit(SimRun run) {
    boolean fit = sessions.containsKey(run.id) || host.unfitUntilNs <= simulation.scheduler.now();
    unfit = fit ? null : run.id;
    return fit;
  }

  private void remember(ExecutorReport report) {
    old.add(report);
    if (old.size() > REMEMBERED) {
      old.remove(0);
    }
  }

  /** A report of a while ago arrives once more; nobody waits for an answer. */
  void reportAgain(int index) {
    if (!old.isEmpty()) {
      ExecutorReport stale = old.get(index % old.size());
      driver.request(this, () -> driver.report(stale));
    }
  }

  /** A server here cannot go on. */
  void failServer(int index) {
    sessions.values().forEach(session -> session.failServer(index));
  }

  /** A task here dies, while the executor lives on. */
  void killTask(int index) {
    sessions.values().forEach(session -> session.killTask(index));
  }

  /** The workers here are to leave in good order; they come back as other lives. */
  void leave() {
    sessions.values().forEach(SimSession::leave);
  }

  boolean hasServers() {
    return sessions.values().stream().anyMatch(SimSession::hasServers);
  }
}
