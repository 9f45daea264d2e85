package io.trireme.driver.sim;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import java.util.List;
import java.util.SplittableRandom;

/** Breaks something now and then, for as long as its scenario has faults left. */
final class FaultInjector {

  private static final long MS = Scheduler.MS;

  private final Simulation simulation;
  private final Scenario scenario;
  private final Scheduler scheduler;
  private final SimSpark spark;
  private final SimNetwork network;
  private final SplittableRandom random;
  private int faultsLeft;

  /** Of a job; shares its randomness. */
  FaultInjector(Simulation simulation, Scenario scenario, SplittableRandom random) {
    this.simulation = simulation;
    this.scenario = scenario;
    this.scheduler = simulation.scheduler;
    this.spark = simulation.spark;
    this.network = simulation.network;
    this.random = random;
    this.faultsLeft = scenario.faults().count();
  }

  /** Whether every group is on two servers, so that one may be lost. */
  private boolean isReplicated() {
    SimRun run = simulation.current();
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

  /** Breaks something, if the run can stand it now. */
  void fault() {
    if (simulation.isOver() || faultsLeft == 0) {
      return;
    }
    scheduler.within(50 * MS, scenario.faults().gapMs() * MS, this::fault);
    boolean calm = isReplicated();
    if (!calm && !scenario.faults().wild() && random.nextInt(4) > 0) {
      return;
    }
    List<SimExecutor> alive = spark.executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      return;
    }
    SimExecutor victim = alive.get(random.nextInt(alive.size()));
    SimExecutor other = alive.get(random.nextInt(alive.size()));
    boolean mayLose =
        (calm && scenario.cluster().replicas() > 0)
            || scenario.faults().wild()
            || !victim.hasServers();
    faultsLeft--;
    inject(victim, other, mayLose);
  }

  private void inject(SimExecutor victim, SimExecutor other, boolean mayLose) {
    long brieflyNs = (10 + random.nextLong(400)) * MS;
    long longNs = (1600 + random.nextLong(3000)) * MS;
    switch (scenario.pick(random)) {
      case KILL -> {
        if (mayLose) {
          kill(victim);
        }
      }
      case FREEZE -> freeze(victim, mayLose, brieflyNs, longNs);
      case CUT_DRIVER -> cutDriver(victim, mayLose, brieflyNs, longNs);
      case CUT_AND_KILL -> {
        network.cut(victim.host, other.host, scheduler.now() + brieflyNs + 500 * MS);
        scheduler.at(scheduler.now() + brieflyNs, () -> killIfHarmless(victim));
      }
      case CUT_PEERS -> {
        long until = scheduler.now() + (random.nextBoolean() ? longNs : brieflyNs);
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
        if (!simulation.oracle.lossy && random.nextBoolean()) {
          scheduler.at(scheduler.now() + brieflyNs, () -> killIfHarmless(victim));
        }
      }
      case CRASH_DRIVER -> simulation.crashDriver();
    }
  }

  private void freeze(SimExecutor victim, boolean mayLose, long brieflyNs, long longNs) {
    boolean lose = mayLose && random.nextBoolean();
    victim.host.frozenUntilNs = scheduler.now() + (lose ? longNs : brieflyNs);
    if (lose) {
      calm(scheduler.now() + longNs);
    }
    if (lose && random.nextBoolean()) {
      spark.giveUp(victim);
    }
  }

  private void cutDriver(SimExecutor victim, boolean mayLose, long brieflyNs, long longNs) {
    boolean lose = mayLose && random.nextBoolean();
    long until = scheduler.now() + (lose ? longNs : brieflyNs);
    if (lose) {
      calm(until);
    }
    if (random.nextBoolean()) {
      network.cut(victim.host, simulation.driver, until);
    }
    network.cut(simulation.driver, victim.host, until);
    if (lose && random.nextBoolean()) {
      spark.giveUp(victim);
    }
  }

  private void kill(SimExecutor victim) {
    calm(scheduler.now());
    spark.kill(victim);
  }

  private void killIfHarmless(SimExecutor victim) {
    if (victim.host.alive
        && (!victim.hasServers() || (scenario.cluster().replicas() > 0 && isReplicated()))) {
      kill(victim);
    }
  }

  /** Backups are not to be relied on before then. */
  private void calm(long fromNs) {
    SimRun run = simulation.current();
    if (run != null) {
      run.calmSinceNs = fromNs;
    }
  }
}
