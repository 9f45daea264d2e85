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
  private final SimExecutor[] homes;
  private final boolean[] done;
  private int nextExecutor;

  SimSpark(Simulation simulation, SplittableRandom random, int workers) {
    this.simulation = simulation;
    this.random = random;
    homes = new SimExecutor[workers];
    done = new boolean[workers];
  }

  SimExecutor startExecutor() {
    SimExecutor executor =
        new SimExecutor(new Host("e" + nextExecutor++), simulation, simulation.key);
    executors.add(executor);
    executor.start();
    return executor;
  }

  void launch(int worker) {
    if (done[worker] || simulation.isOver()) {
      return;
    }
    List<SimExecutor> alive = executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      simulation.scheduler.within(50 * Scheduler.MS, 200 * Scheduler.MS, () -> launch(worker));
      return;
    }
    SimExecutor home = alive.get((worker + random.nextInt(2)) % alive.size());
    homes[worker] = home;
    home.launch(Peer.worker(worker, simulation.newIncarnation()));
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
  void fenced(int worker, SimExecutor executor) {
    if (homes[worker] == executor && !done[worker]) {
      simulation.scheduler.within(
          10 * Scheduler.MS,
          200 * Scheduler.MS,
          () -> executor.launch(Peer.worker(worker, simulation.newIncarnation())));
    }
  }

  void taskDone(int worker, SimExecutor executor) {
    done[worker] |= homes[worker] == executor;
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
    simulation.scheduler.within(100 * Scheduler.MS, 2000 * Scheduler.MS, this::startExecutor);
    for (int worker = 0; worker < homes.length; worker++) {
      if (homes[worker] == executor && !done[worker]) {
        int lost = worker;
        simulation.scheduler.within(50 * Scheduler.MS, 1500 * Scheduler.MS, () -> launch(lost));
      }
    }
  }
}
