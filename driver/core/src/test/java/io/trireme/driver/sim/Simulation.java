package io.trireme.driver.sim;

import static java.util.Objects.requireNonNull;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.Membership;
import io.trireme.driver.coordinator.CodecPolicy;
import io.trireme.driver.coordinator.Recovery;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One job from its start to its end, with whatever a seed has in store for it. */
final class Simulation {

  private static final long MS = Scheduler.MS;
  private static final long LIMIT_NS = 600_000 * MS;
  private static final int FRUITLESS_RUNS = 20;

  /** How a run ended. */
  record Outcome(
      @Nullable String failure,
      long virtualNs,
      int restarts,
      int generations,
      int recoveries,
      int left,
      double residualLost,
      int runs,
      int checkpoints) {}

  final Scheduler scheduler;
  final SimNetwork network;
  final SimSpark spark;
  final Oracle oracle;
  final SimStore store;
  private final Scenario scenario;
  private final CompressionPlan compression;

  /** Chooses codecs while the job runs; null if nobody does. */
  final @Nullable CodecPolicy codecs;

  private final SplittableRandom random;
  private final Host driver = new Host("driver");
  private @Nullable SimRun current;
  private @Nullable String failure;
  private boolean over;
  private long nextIncarnation = 1;
  private int faultsLeft;
  private int runs;
  private int restarts;
  private int generations;
  private int recoveries;
  private int left;
  private double residualLost;
  private int fruitless;
  private long begunWith;

  Simulation(Scenario scenario) {
    this(scenario, CompressionPlan.plain(scenario.oracle().plan));
  }

  /** A job whose blocks travel so. */
  Simulation(Scenario scenario, CompressionPlan compression) {
    this(scenario, compression, null);
  }

  /** A run whose codecs are chosen while it runs. */
  Simulation(Scenario scenario, CompressionPlan compression, @Nullable CodecPolicy codecs) {
    this.compression = compression;
    this.codecs = codecs;
    this.scenario = scenario;
    this.oracle = scenario.oracle();
    this.random = new SplittableRandom(scenario.seed());
    this.scheduler = new Scheduler(random.split());
    this.network = new SimNetwork(scheduler, random.split());
    this.spark = new SimSpark(this, random.split(), scenario);
    this.store = new SimStore(oracle);
    this.faultsLeft = scenario.faults();
  }

  /** What is wrong with the jobs of a seed; null if nothing is. */
  static @Nullable String verdict(long seed) {
    for (Scenario.Family family : Scenario.Family.values()) {
      try {
        String failure = new Simulation(family.of(seed)).run().failure();
        if (failure != null) {
          return family + ": failed: " + failure;
        }
      } catch (RuntimeException e) {
        return family + ": " + e;
      }
    }
    return null;
  }

  /** How far workers may be ahead of each other; negative where every step waits for everybody. */
  long staleness() {
    return scenario.staleness();
  }

  /** How blocks travel. */
  CompressionPlan compression() {
    return compression;
  }

  /** Whether the file system fails this time. */
  boolean fails() {
    return random.nextInt(10) == 0;
  }

  /** The run that the driver follows; null if there is none now. */
  @Nullable SimRun current() {
    return current;
  }

  boolean isCurrent(SimRun run) {
    return run == current && !over;
  }

  /** The run with this name, if the driver still knows it. */
  @Nullable SimRun runOf(String id) {
    SimRun run = current;
    return run != null && run.id.equals(id) ? run : null;
  }

  long newIncarnation() {
    return nextIncarnation++;
  }

  /** How long a worker computes one node. */
  long computeNs(int worker) {
    return (5 + random.nextLong(worker == 0 ? 80 : 50)) * MS;
  }

  /** A request from an executor to the driver. */
  void control(SimExecutor from, Runnable arrives) {
    if (random.nextInt(100) >= scenario.lostControl()) {
      scheduler.within(
          0,
          5 * MS,
          () -> {
            if (!network.isCut(from.host, driver) && from.host.alive) {
              arrives.run();
            }
          });
    }
  }

  /** An answer from the driver to an executor. */
  void answer(SimExecutor to, Runnable arrives) {
    if (random.nextInt(100) >= scenario.lostControl()) {
      scheduler.within(
          0,
          5 * MS,
          () -> {
            if (!network.isCut(driver, to.host)) {
              arrives.run();
            }
          });
    }
  }

  /** The driver's answer to a report; null if it does not answer. */
  @Nullable List<JobOrders> report(SimExecutor from, ExecutorReport report) {
    SimRun run = current;
    if (from.application != spark.application() || run == null) {
      return null;
    }
    return List.of(run.onReport(report));
  }

  void executorLost(SimExecutor executor) {
    SimRun run = current;
    if (run != null && random.nextInt(4) > 0) {
      run.coordinator.onExecutorLost(executor.host.name, "killed", scheduler.now());
    }
  }

  Outcome run() {
    startDriver();
    scheduler.within(600 * MS, 1500 * MS, this::fault);
    boolean ended = scheduler.run(() -> over, LIMIT_NS, this::look);
    if (!ended) {
      throw new InvariantBroken(
          "not over after "
              + LIMIT_NS / MS
              + " ms"
              + (current == null ? "" : ", in phase " + current.coordinator.phase()));
    }
    return new Outcome(
        failure,
        scheduler.now(),
        restarts,
        generations,
        recoveries,
        left,
        residualLost,
        runs,
        store.commits);
  }

  private void startDriver() {
    spark.startApplication();
    scheduler.at(scheduler.now() + 500 * MS, this::startRun);
  }

  /** A run begins with the newest checkpoint, or from the start. */
  private void startRun() {
    long first = store.newest();
    fruitless = first > begunWith ? 0 : fruitless + 1;
    begunWith = first;
    SimRun run = new SimRun(runs++, first, scenario, this);
    current = run;
    run.start();
  }

  private void look() {
    SimRun run = current;
    if (run != null) {
      run.look();
    }
  }

  private void leave(SimRun run) {
    restarts += run.coordinator.restarts();
    generations += run.generations();
    recoveries += run.recoveries().size();
    for (Recovery recovery : run.recoveries()) {
      left += recovery.left();
      residualLost += recovery.residualNorm();
    }
    run.die();
  }

  /** The driver has the results of a run. */
  void finished() {
    leave(requireNonNull(current));
    over = true;
  }

  /**
   * A run cannot go on: the driver begins another with the newest checkpoint, or, having none to go
   * back to, ends, and is started anew.
   */
  void failed(SimRun run) {
    leave(run);
    if (!run.coordinator.isLost() || !scenario.hasCheckpoints() || fruitless > FRUITLESS_RUNS) {
      failure = run.coordinator.failure();
      over = true;
    } else if (store.newest() > 0) {
      startRun();
    } else {
      restartDriver();
    }
  }

  private void crashDriver() {
    leave(requireNonNull(current));
    restartDriver();
  }

  private void restartDriver() {
    current = null;
    spark.endApplication();
    scheduler.within(200 * MS, 2000 * MS, this::startDriver);
  }

  /** Whether every group is on two servers, so that one may be lost. */
  private boolean isReplicated() {
    SimRun run = current;
    if (run == null) {
      return false;
    }
    Membership formed = run.coordinator.membership();
    if (formed == null) {
      return run.coordinator.restarts() == 0
          && spark.executors.stream().allMatch(executor -> spark.isWell(executor.host.name));
    }
    long calmNs = scheduler.now() - run.calmSinceNs;
    return calmNs > 300 * MS
        && formed.servers().stream().allMatch(server -> spark.isWell(server.endpoint().host()))
        && formed.groups().stream()
            .allMatch(
                group ->
                    group.backup() != GroupHolders.NONE
                        && !hostOf(formed, group.backup()).equals(hostOf(formed, group.primary()))
                        && (group.current() || (calmNs > 2000 * MS && network.isWhole(2000 * MS))));
  }

  private static String hostOf(Membership formed, int server) {
    return formed.server(server).endpoint().host();
  }

  /** Whether a host and the driver cannot talk. */
  boolean isCutOff(Host host) {
    return network.isCut(host, driver) || network.isCut(driver, host);
  }

  /** Breaks something, if the run can stand it now. */
  private void fault() {
    if (over || faultsLeft == 0) {
      return;
    }
    scheduler.within(50 * MS, scenario.faultGapMs() * MS, this::fault);
    boolean calm = isReplicated();
    if (!calm && !scenario.wild() && random.nextInt(4) > 0) {
      return;
    }
    List<SimExecutor> alive = spark.executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      return;
    }
    SimExecutor victim = alive.get(random.nextInt(alive.size()));
    SimExecutor other = alive.get(random.nextInt(alive.size()));
    long briefly = (10 + random.nextLong(400)) * MS;
    long long_ = (1600 + random.nextLong(3000)) * MS;
    boolean mayLose = (calm && scenario.replicas() > 0) || scenario.wild() || !victim.hasServers();
    faultsLeft--;
    switch (scenario.pick(random)) {
      case KILL -> {
        if (mayLose) {
          calm(scheduler.now());
          spark.kill(victim);
        }
      }
      case FREEZE -> {
        boolean lose = mayLose && random.nextBoolean();
        victim.host.frozenUntilNs = scheduler.now() + (lose ? long_ : briefly);
        if (lose) {
          calm(scheduler.now() + long_);
        }
        if (lose && random.nextBoolean()) {
          spark.giveUp(victim);
        }
      }
      case CUT_DRIVER -> {
        boolean lose = mayLose && random.nextBoolean();
        long until = scheduler.now() + (lose ? long_ : briefly);
        if (lose) {
          calm(until);
        }
        if (random.nextBoolean()) {
          network.cut(victim.host, driver, until);
        }
        network.cut(driver, victim.host, until);
        if (lose && random.nextBoolean()) {
          spark.giveUp(victim);
        }
      }
      case CUT_AND_KILL -> {
        network.cut(victim.host, other.host, scheduler.now() + briefly + 500 * MS);
        scheduler.at(scheduler.now() + briefly, () -> killIfHarmless(victim));
      }
      case CUT_PEERS -> {
        long until = scheduler.now() + (random.nextBoolean() ? long_ : briefly);
        network.cut(victim.host, other.host, until);
        if (random.nextBoolean()) {
          network.cut(other.host, victim.host, until);
        }
      }
      case BREAK -> network.breakSessions(victim.host, other.host);
      case REPLAY -> network.replay();
      case SLOW -> network.slowest((1 + random.nextLong(40)) * MS);
      case LEAVE -> {
        victim.leave();
        if (!oracle.lossy && random.nextBoolean()) {
          scheduler.at(scheduler.now() + briefly, () -> killIfHarmless(victim));
        }
      }
      case CRASH_DRIVER -> {
        if (current != null) {
          crashDriver();
        }
      }
    }
  }

  private void killIfHarmless(SimExecutor victim) {
    if (victim.host.alive
        && (!victim.hasServers() || (scenario.replicas() > 0 && isReplicated()))) {
      calm(scheduler.now());
      spark.kill(victim);
    }
  }

  /** Nobody is to count on backups before then. */
  private void calm(long fromNs) {
    if (current != null) {
      current.calmSinceNs = fromNs;
    }
  }
}
