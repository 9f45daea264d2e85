package io.trireme.driver.sim;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Breaks something now and then, for as long as its scenario has faults left. */
final class FaultInjector {

  private static final long MS = Scheduler.MS;
  private static final int LOOKS = 60;

  private final Simulation simulation;
  private final Scenario scenario;
  private final Scheduler scheduler;
  private final SimNetwork network;
  private final SplittableRandom random;
  private int faultsLeft;

  /** Of a job; shares its randomness. */
  FaultInjector(Simulation simulation, SplittableRandom random) {
    this.simulation = simulation;
    this.random = random;
    scenario = simulation.scenario;
    scheduler = simulation.scheduler;
    network = simulation.network;
    faultsLeft = scenario.faults().count();
  }

  private SimSpark spark() {
    return simulation.driver().spark;
  }

  /** Breaks something. */
  void fault() {
    if (simulation.isOver() || faultsLeft == 0) {
      return;
    }
    scheduler.within(50 * MS, scenario.faults().gapMs() * MS, this::fault);
    List<SimExecutor> alive = spark().executors.stream().filter(e -> e.host.alive).toList();
    if (alive.isEmpty()) {
      return;
    }
    SimExecutor victim = alive.get(random.nextInt(alive.size()));
    SimExecutor other = alive.get(random.nextInt(alive.size()));
    faultsLeft--;
    inject(victim, other);
  }

  private void inject(SimExecutor victim, SimExecutor other) {
    long brieflyNs = (10 + random.nextLong(400)) * MS;
    long longNs = (1600 + random.nextLong(3000)) * MS;
    switch (scenario.pick(random)) {
      case KILL -> kill(victim);
      case KILL_MACHINE -> killMachine(victim);
      case FREEZE -> freeze(victim, brieflyNs, longNs);
      case CUT_DRIVER -> cutDriver(victim, brieflyNs, longNs);
      case CUT_AND_KILL -> {
        network.cut(victim.host, other.host, scheduler.now() + brieflyNs + 500 * MS);
        scheduler.at(scheduler.now() + brieflyNs, () -> kill(victim));
      }
      case KILL_UNBACKED -> killUnbacked(LOOKS);
      case CUT_PEERS -> {
        long until = scheduler.now() + (random.nextBoolean() ? longNs : brieflyNs);
        network.cut(victim.host, other.host, until);
        if (random.nextBoolean()) {
          network.cut(other.host, victim.host, until);
        }
      }
      case BREAK -> {
        network.breakSessions(victim.host, other.host);
        if (random.nextBoolean()) {
          // A stranger knows when a generation begins, in which numbers of frames begin anew.
          scheduler.at(scheduler.now() + brieflyNs, network::replay);
        }
      }
      case CORRUPT -> network.corrupt(victim.host, other.host);
      case REPLAY -> network.replay();
      case SLOW -> network.slowest((1 + random.nextLong(40)) * MS);
      case NARROW -> network.narrow((300 + random.nextLong(700)) * MS / 1000);
      case LEAVE -> {
        victim.leave();
        if (!simulation.oracle.lossy && random.nextBoolean()) {
          scheduler.at(scheduler.now() + brieflyNs, () -> kill(victim));
        }
      }
      case KILL_TASK -> victim.killTask(random.nextInt(scenario.cluster().workers()));
      case LOSE_RESULTS -> spark().loseResults(1 + random.nextInt(3));
      case REPORT_AGAIN -> victim.reportAgain(random.nextInt(100));
      case FAIL_SERVER -> {
        if (mayLose(victim)) {
          victim.failServer(random.nextInt(scenario.cluster().servers()));
        }
      }
      case UNFIT -> spark().nextIsUnfit((200 + random.nextLong(3000)) * MS);
      case PAUSE_DRIVER -> simulation.driver().host.frozenUntilNs = scheduler.now() + brieflyNs;
      case CRASH_DRIVER -> {
        if (simulation.driver().current() != null) {
          simulation.driver().crash();
        }
      }
    }
  }

  private void freeze(SimExecutor victim, long brieflyNs, long longNs) {
    boolean lose = mayLose(victim) && random.nextBoolean();
    long until = scheduler.now() + (lose ? longNs : brieflyNs);
    victim.host.frozenUntilNs = Math.max(victim.host.frozenUntilNs, until);
    victim.host.isTroubled(scheduler.now(), until);
    if (lose && random.nextBoolean()) {
      spark().giveUp(victim);
    }
  }

  private void cutDriver(SimExecutor victim, long brieflyNs, long longNs) {
    boolean lose = mayLose(victim) && random.nextBoolean();
    long until = scheduler.now() + (lose ? longNs : brieflyNs);
    Host driver = simulation.driver().host;
    if (random.nextBoolean()) {
      network.cut(victim.host, driver, until);
    }
    network.cut(driver, victim.host, until);
    if (lose && random.nextBoolean()) {
      spark().giveUp(victim);
    }
  }

  private boolean mayLose(SimExecutor victim) {
    return !scenario.faults().sparesServers() || !victim.hasServers();
  }

  private void kill(SimExecutor victim) {
    if (victim.host.alive && mayLose(victim)) {
      spark().kill(victim);
    }
  }

  private void killMachine(SimExecutor victim) {
    List<SimExecutor> there = new ArrayList<>();
    for (SimExecutor executor : spark().executors) {
      if (executor.host.alive && executor.host.machine.equals(victim.host.machine)) {
        there.add(executor);
      }
    }
    there.forEach(this::kill);
  }

  /** Waits until some group's backup does not have all, and then kills the primary. */
  private void killUnbacked(int looks) {
    SimRun run = simulation.driver().current();
    Membership formed = run == null ? null : run.coordinator.membership();
    if (formed == null || looks == 0) {
      return;
    }
    for (GroupHolders group : formed.groups()) {
      SimExecutor home = executor(formed.server(group.primary()).endpoint().mediaDriver());
      if (group.backup() != GroupHolders.NONE && !group.current() && home != null) {
        scheduler.within(0, 250 * MS, () -> kill(home));
        return;
      }
    }
    scheduler.within(20 * MS, 100 * MS, () -> killUnbacked(looks - 1));
  }

  private @Nullable SimExecutor executor(String name) {
    return spark().executors.stream()
        .filter(executor -> executor.host.name.equals(name))
        .findFirst()
        .orElse(null);
  }
}
