package io.trireme.driver.sim;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One process of the driver: an application with executors of its own, and the run it follows. */
final class SimDriver {

  private static final long MS = Scheduler.MS;

  final Host host;
  final SimSpark spark;
  private final Simulation simulation;
  private @Nullable SimRun current;
  private boolean dead;

  SimDriver(int number, Simulation simulation) {
    host = new Host("driver-" + number);
    this.simulation = simulation;
    spark = new SimSpark(this, simulation);
  }

  void start() {
    spark.startApplication();
    simulation.scheduler.at(simulation.scheduler.now() + 500 * MS, this::startRun);
  }

  /** A run begins with the newest checkpoint, or from the start. */
  private void startRun() {
    if (!dead) {
      SimRun run = simulation.newRun(this);
      current = run;
      run.start();
    }
  }

  /** The run that it follows; null if there is none now. */
  @Nullable SimRun current() {
    return current;
  }

  boolean isCurrent(SimRun run) {
    return run == current && !dead && !simulation.isOver();
  }

  /** The run with this name, if the driver still knows it. */
  @Nullable SimRun runOf(String id) {
    SimRun run = current;
    return run != null && run.id.equals(id) ? run : null;
  }

  /** A request from an executor. */
  void request(SimExecutor from, Runnable arrives) {
    if (!simulation.losesControl()) {
      simulation.scheduler.within(0, 5 * MS, () -> arrive(from, arrives));
    }
  }

  private void arrive(SimExecutor from, Runnable arrives) {
    if (dead || simulation.network.isCut(from.host, host) || !from.host.alive) {
      return;
    }
    if (host.frozenUntilNs > simulation.scheduler.now()) {
      simulation.scheduler.at(host.frozenUntilNs, () -> arrive(from, arrives));
    } else {
      arrives.run();
    }
  }

  /** An answer to an executor. */
  void answer(SimExecutor to, Runnable arrives) {
    if (!simulation.losesControl()) {
      simulation.scheduler.within(
          0,
          5 * MS,
          () -> {
            if (!simulation.network.isCut(host, to.host)) {
              arrives.run();
            }
          });
    }
  }

  /** The answer to a report; null if there is none. */
  @Nullable List<JobOrders> report(ExecutorReport report) {
    SimRun run = current;
    return run == null || dead ? null : List.of(run.onReport(report));
  }

  void executorLost(SimExecutor executor) {
    SimRun run = current;
    if (run != null && simulation.tellsOfLoss()) {
      run.coordinator.onExecutorLost(executor.host.name, "killed", simulation.scheduler.now());
    }
  }

  /** It has the results of its run. */
  void finished() {
    leave();
    simulation.end(null);
  }

  /**
   * Its run cannot go on: it begins another with the newest checkpoint, or, having none to go back
   * to, ends, and is started anew.
   */
  void failed(SimRun run) {
    leave();
    if (!run.coordinator.isLost() || !simulation.scenario.hasCheckpoints()) {
      simulation.end(run.coordinator.failure());
    } else if (simulation.store.newest() > 0) {
      startRun();
    } else {
      crash();
    }
  }

  /** The process dies, and another is started. */
  void crash() {
    leave();
    dead = true;
    spark.endApplication();
    simulation.scheduler.within(200 * MS, 2000 * MS, simulation::startDriver);
  }

  private void leave() {
    SimRun run = current;
    current = null;
    if (run != null) {
      simulation.count(run);
      run.die();
    }
  }

  void look() {
    SimRun run = current;
    if (run != null) {
      run.look();
    }
  }
}
