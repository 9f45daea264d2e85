package io.trireme.driver.sim;

import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Spark: runs tasks on executors, notices lost ones, and brings others in their place. */
final class SimSpark {

  private final Simulation simulation;
  private final SplittableRandom random;
  final List<SimExecutor> executors = new ArrayList<>();
  private final Scenario scenario;
  private SimExecutor[] homes;
  private boolean[] done;
  private int nextExecutor;
  private int application;

  SimSpark(Simulation simulation, SplittableRandom random, Scenario scenario) {
    this.simulation = simulation;
    this.random = random;
    this.scenario = scenario;
    homes = new SimExecutor[scenario.cluster().workers()];
    done = new boolean[scenario.cluster().workers()];
  }

  /** A driver starts, with executors of its own. */
  void startApplication() {
    for (int i = 0; i < scenario.cluster().executors(); i++) {
      startExecutor();
    }
  }

  /** The driver is gone: its executors end, some of them late. */
  void endApplication() {
    application++;
    for (SimExecutor executor : executors) {
      long lingersNs = random.nextBoolean() ? 0 : random.nextLong(3000) * Scheduler.MS;
      simulation.scheduler.within(0, lingersNs, () -> executor.host.alive = false);
    }
    executors.clear();
  }

  int application() {
    return application;
  }

  private void startExecutor() {
    SimExecutor executor = new SimExecutor(new Host("e" + nextExecutor++), application, simulation);
    executors.add(executor);
    executor.start();
  }

  /** The tasks of a run begin, some of them late. */
  void launchAll(SimRun run) {
    homes = new SimExecutor[scenario.cluster().workers()];
    done = new boolean[scenario.cluster().workers()];
    for (int worker = 0; worker < homes.length; worker++) {
      int index = worker;
      simulation.scheduler.within(
          0,
          (worker < scenario.cluster().minWorkers() ? 200 : 3000) * Scheduler.MS,
          () -> launch(run, index));
    }
  }

  private void launch(SimRun run, int worker) {
    if (!simulation.isCurrent(run) || done[worker]) {
      return;
    }
    List<SimExecutor> alive = executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      simulation.scheduler.within(50 * Scheduler.MS, 200 * Scheduler.MS, () -> launch(run, worker));
      return;
    }
    SimExecutor home = alive.get((worker + random.nextInt(2)) % alive.size());
    homes[worker] = home;
    home.launch(run, Peer.worker(worker, simulation.newIncarnation()));
  }

  /** Whether the executor with this name lives, and does what it is there for. */
  boolean isWell(String name) {
    return executors.stream()
        .anyMatch(
            executor ->
                executor.host.name.equals(name)
                    && executor.host.alive
                    && executor.host.frozenUntilNs <= simulation.scheduler.now()
                    && !simulation.isCutOff(executor.host));
  }

  /** The task begins again where it is, as another life. */
  void fenced(SimRun run, int worker, SimExecutor executor) {
    if (simulation.isCurrent(run) && homes[worker] == executor && !done[worker]) {
      simulation.scheduler.within(
          10 * Scheduler.MS,
          200 * Scheduler.MS,
          () -> executor.launch(run, Peer.worker(worker, simulation.newIncarnation())));
    }
  }

  void taskDone(SimRun run, int worker, SimExecutor executor) {
    done[worker] |= simulation.isCurrent(run) && homes[worker] == executor;
  }

  boolean allDone() {
    for (boolean task : done) {
      if (!task) {
        return false;
      }
    }
    return true;
  }

  /** An executor dies; Spark notices after a while, and brings another later. */
  void kill(SimExecutor executor) {
    executor.host.alive = false;
    simulation.scheduler.within(20 * Scheduler.MS, 1500 * Scheduler.MS, () -> replace(executor));
  }

  /** Spark gives an executor up after a while, though it may live on. */
  void giveUp(SimExecutor executor) {
    simulation.scheduler.within(100 * Scheduler.MS, 800 * Scheduler.MS, () -> replace(executor));
  }

  private void replace(SimExecutor executor) {
    if (!executors.remove(executor)) {
      return;
    }
    simulation.executorLost(executor);
    int mine = application;
    simulation.scheduler.within(
        100 * Scheduler.MS,
        2000 * Scheduler.MS,
        () -> {
          if (mine == application) {
            startExecutor();
          }
        });
    SimRun run = simulation.current();
    for (int worker = 0; worker < homes.length; worker++) {
      if (run != null && homes[worker] == executor && !done[worker]) {
        int lost = worker;
        simulation.scheduler.within(
            50 * Scheduler.MS, 1500 * Scheduler.MS, () -> launch(run, lost));
      }
    }
  }
}
