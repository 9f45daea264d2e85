package io.trireme.driver.sim;

import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Spark, as one application has it: runs tasks on executors, notices lost ones, and brings others
 * in their place.
 */
final class SimSpark {

  private static final long MS = Scheduler.MS;

  final List<SimExecutor> executors = new ArrayList<>();
  private final SimDriver driver;
  private final Simulation simulation;
  private final SplittableRandom random;
  private final Scenario.Cluster cluster;
  private @Nullable SimExecutor[] homes;
  private boolean[] done;
  private int resultsToLose;
  private long unfitNs;
  private boolean over;

  SimSpark(SimDriver driver, Simulation simulation) {
    this.driver = driver;
    this.simulation = simulation;
    random = simulation.newRandom();
    cluster = simulation.scenario.cluster();
    homes = new SimExecutor[cluster.workers()];
    done = new boolean[cluster.workers()];
  }

  /** The application starts. */
  void startApplication() {
    for (int i = 0; i < cluster.executors(); i++) {
      startExecutor();
    }
  }

  /** The driver is gone: its executors end, some of them late. */
  void endApplication() {
    over = true;
    for (SimExecutor executor : executors) {
      long lingersNs = random.nextBoolean() ? 0 : random.nextLong(3000) * MS;
      simulation.scheduler.within(0, lingersNs, () -> executor.host.alive = false);
    }
    executors.clear();
  }

  /** The next executor has no room for a run for so long. */
  void nextIsUnfit(long ns) {
    unfitNs = ns;
  }

  private void startExecutor() {
    int number = simulation.newExecutor();
    String name = "e" + number;
    int machine = number % (cluster.executors() / cluster.perMachine());
    Host host = simulation.network.host(name, cluster.perMachine() > 1 ? "m" + machine : name);
    host.unfitUntilNs = simulation.scheduler.now() + unfitNs;
    unfitNs = 0;
    SimExecutor executor = new SimExecutor(host, driver, simulation);
    executors.add(executor);
    executor.start();
  }

  /** The tasks of a run begin, some of them late. */
  void launchAll(SimRun run) {
    homes = new SimExecutor[cluster.workers()];
    done = new boolean[cluster.workers()];
    for (int worker = 0; worker < homes.length; worker++) {
      int index = worker;
      simulation.scheduler.within(
          0, (worker < cluster.minWorkers() ? 200 : 3000) * MS, () -> launch(run, index));
    }
  }

  private void launch(SimRun run, int worker) {
    if (!run.isCurrent() || done[worker]) {
      return;
    }
    List<SimExecutor> alive = executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      simulation.scheduler.within(50 * MS, 200 * MS, () -> launch(run, worker));
      return;
    }
    SimExecutor home = alive.get((worker + random.nextInt(2)) % alive.size());
    homes[worker] = home;
    home.launch(run, Peer.worker(worker, simulation.newIncarnation()));
  }

  /** The task was ended, and begins again where it is, as another life. */
  void retry(SimRun run, int worker, SimExecutor executor) {
    if (run.isCurrent() && homes[worker] == executor && !done[worker]) {
      simulation.scheduler.within(
          10 * MS,
          200 * MS,
          () -> {
            if (homes[worker] == executor) {
              executor.launch(run, Peer.worker(worker, simulation.newIncarnation()));
            }
          });
    }
  }

  /** The next so many results of tasks get lost on their way to the driver. */
  void loseResults(int count) {
    resultsToLose = count;
  }

  /** A task has ended well; its result comes a moment later, if its executor lives until then. */
  void taskDone(SimRun run, int worker, SimExecutor executor) {
    simulation.scheduler.within(0, 20 * MS, () -> resultCame(run, worker, executor));
  }

  private void resultCame(SimRun run, int worker, SimExecutor executor) {
    if (!run.isCurrent() || homes[worker] != executor || !executor.host.alive) {
      return;
    }
    if (resultsToLose > 0) {
      resultsToLose--;
      simulation.scheduler.within(50 * MS, 500 * MS, () -> launch(run, worker));
    } else {
      done[worker] = true;
    }
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
    simulation.scheduler.within(20 * MS, 1500 * MS, () -> replace(executor));
  }

  /** Spark gives an executor up after a while, though it may live on. */
  void giveUp(SimExecutor executor) {
    simulation.scheduler.within(100 * MS, 800 * MS, () -> replace(executor));
  }

  private void replace(SimExecutor executor) {
    if (!executors.remove(executor)) {
      return;
    }
    executor.host.givenUp = true;
    driver.executorLost(executor);
    simulation.scheduler.within(
        100 * MS,
        2000 * MS,
        () -> {
          if (!over) {
            startExecutor();
          }
        });
    SimRun run = driver.current();
    for (int worker = 0; worker < homes.length; worker++) {
      if (run != null && homes[worker] == executor && !done[worker]) {
        int lost = worker;
        simulation.scheduler.within(50 * MS, 1500 * MS, () -> launch(run, lost));
      }
    }
  }
}
