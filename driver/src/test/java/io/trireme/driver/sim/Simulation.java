package io.trireme.driver.sim;

import io.trireme.common.compress.CompressionPlan;
import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.GroupHolders;
import io.trireme.common.control.JobOrders;
import io.trireme.common.control.Membership;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.JobKey;
import io.trireme.driver.protocol.CodecPolicy;
import io.trireme.driver.protocol.Coordinator;
import io.trireme.driver.protocol.CoordinatorOptions;
import io.trireme.driver.protocol.Phase;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One job from its start to its end, with whatever a seed has in store for it. */
final class Simulation {

  private static final long MS = Scheduler.MS;
  private static final long LIMIT_NS = 600_000 * MS;

  /** How a run ended. */
  record Outcome(
      @Nullable String failure, long virtualNs, int restarts, int generations, int recoveries) {}

  final Scheduler scheduler;
  final SimNetwork network;
  final SimSpark spark;
  final Oracle oracle;
  final JobKey key = new JobKey(new byte[JobKey.LENGTH]);
  private final Scenario scenario;
  private final SplittableRandom random;
  private final Host driver = new Host("driver");
  private final Coordinator coordinator;
  private long nextIncarnation = 1;
  private long calmSinceNs;
  private int faultsLeft;
  private int steps;
  private int recoveries;
  private long nextStep;

  private final CompressionPlan compression;

  /** The step that was not pushed yet, by slot. */
  private final long[] pushed;

  Simulation(Scenario scenario) {
    this(scenario, CompressionPlan.plain(scenario.oracle().plan));
  }

  /** A run whose blocks travel so. */
  Simulation(Scenario scenario, CompressionPlan compression) {
    this(scenario, compression, null);
  }

  /** A run whose codecs are chosen while it runs. */
  Simulation(Scenario scenario, CompressionPlan compression, @Nullable CodecPolicy codecs) {
    this.compression = compression;
    this.scenario = scenario;
    this.oracle = scenario.oracle();
    this.pushed = new long[oracle.slots.slots()];
    this.random = new SplittableRandom(scenario.seed());
    this.scheduler = new Scheduler(random.split());
    this.network = new SimNetwork(scheduler, random.split());
    this.spark = new SimSpark(this, random.split(), scenario.workers());
    this.faultsLeft = scenario.faults();
    coordinator =
        new Coordinator(
            new CoordinatorOptions(
                "sim",
                scenario.minWorkers(),
                oracle.slots.slots(),
                oracle.plan.groups().stream().map(BlockGroup::length).toList(),
                scenario.servers(),
                scenario.replicas(),
                0,
                oracle.steps,
                1500 * MS,
                1000 * MS,
                20_000 * MS,
                60_000 * MS,
                0),
            this::newIncarnation,
            null,
            codecs);
  }

  /** What is wrong with the run of a seed; null if nothing is. */
  static @Nullable String verdict(long seed) {
    try {
      String failure = new Simulation(Scenario.of(seed)).run().failure();
      return failure == null ? null : "failed: " + failure;
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** A worker begins a step: nobody may be further behind than the bound allows. */
  void begins(SimWorker worker, long step) {
    if (scenario.staleness() < 0) {
      return;
    }
    for (int slot = 0; slot < pushed.length; slot++) {
      if (step - pushed[slot] > scenario.staleness()) {
        throw new InvariantBroken(
            worker.self
                + " begins step "
                + step
                + " while slot "
                + slot
                + " is at step "
                + pushed[slot]
                + ", more than "
                + scenario.staleness()
                + " behind");
      }
    }
  }

  /** A worker has computed a step of the slots under a node, and pushes it. */
  void pushed(TreeNode node, long step) {
    for (int slot = node.lo(); slot < node.hi(); slot++) {
      pushed[slot] = Math.max(pushed[slot], step + 1);
    }
  }

  /** How far workers may be ahead of each other; negative where every step waits for everybody. */
  long staleness() {
    return scenario.staleness();
  }

  /** How blocks travel. */
  CompressionPlan compression() {
    return compression;
  }

  long newIncarnation() {
    return nextIncarnation++;
  }

  boolean isOver() {
    return coordinator.phase().isOver();
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

  JobOrders report(ExecutorReport report) {
    return coordinator.onReport(report, scheduler.now());
  }

  void executorLost(SimExecutor executor) {
    if (random.nextInt(4) > 0) {
      coordinator.onExecutorLost(executor.host.name, "killed", scheduler.now());
    }
  }

  Outcome run() {
    for (int i = 0; i < scenario.executors(); i++) {
      spark.startExecutor();
    }
    scheduler.at(500 * MS, this::begin);
    boolean ended = scheduler.run(this::isOver, LIMIT_NS, this::look);
    if (!ended) {
      throw new InvariantBroken(
          "not over after "
              + LIMIT_NS / MS
              + " ms, in phase "
              + coordinator.phase()
              + " of "
              + coordinator.membership());
    }
    Membership last = coordinator.membership();
    return new Outcome(
        coordinator.failure(),
        scheduler.now(),
        coordinator.restarts(),
        last == null ? 0 : last.generation(),
        recoveries);
  }

  private void begin() {
    coordinator.place();
    for (int worker = 0; worker < scenario.workers(); worker++) {
      int index = worker;
      scheduler.within(
          0, (worker < scenario.minWorkers() ? 200 : 3000) * MS, () -> spark.launch(index));
    }
    tick();
    scheduler.within(100 * MS, 1000 * MS, this::fault);
  }

  private void tick() {
    if (spark.allDone()) {
      coordinator.finish();
      return;
    }
    coordinator.onTick(scheduler.now());
    scheduler.at(scheduler.now() + 20 * MS, this::tick);
  }

  private void look() {
    coordinator
        .takeSteps()
        .forEach(
            step -> {
              if (step.step() < nextStep) {
                throw new InvariantBroken("step " + step.step() + " was told twice");
              }
              nextStep = step.step() + 1;
              steps++;
            });
    recoveries += coordinator.takeRecoveries().size();
    if (coordinator.phase() != Phase.TRAINING) {
      calmSinceNs = scheduler.now();
    }
  }

  /** Whether every group is on two servers, so that one may be lost. */
  private boolean isReplicated() {
    Membership formed = coordinator.membership();
    if (formed == null) {
      return coordinator.restarts() == 0
          && spark.executors.stream().allMatch(executor -> spark.isWell(executor.host.name));
    }
    long calmNs = scheduler.now() - calmSinceNs;
    return calmNs > 300 * MS
        && formed.servers().stream().allMatch(server -> spark.isWell(server.endpoint().host()))
        && formed.groups().stream()
            .allMatch(
                group ->
                    group.backup() != GroupHolders.NONE
                        && !hostOf(formed, group.backup()).equals(hostOf(formed, group.primary()))
                        && (group.current() || calmNs > 2000 * MS));
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
    if (isOver() || faultsLeft == 0) {
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
          calmSinceNs = scheduler.now();
          spark.kill(victim);
        }
      }
      case FREEZE -> {
        boolean lose = mayLose && random.nextBoolean();
        victim.host.frozenUntilNs = scheduler.now() + (lose ? long_ : briefly);
        calmSinceNs = lose ? scheduler.now() + long_ : calmSinceNs;
        if (lose && random.nextBoolean()) {
          spark.giveUp(victim);
        }
      }
      case CUT_DRIVER -> {
        boolean lose = mayLose && random.nextBoolean();
        long until = scheduler.now() + (lose ? long_ : briefly);
        calmSinceNs = lose ? until : calmSinceNs;
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
        scheduler.at(
            scheduler.now() + briefly,
            () -> {
              if (victim.host.alive
                  && (!victim.hasServers() || (scenario.replicas() > 0 && isReplicated()))) {
                calmSinceNs = scheduler.now();
                spark.kill(victim);
              }
            });
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
    }
  }
}
