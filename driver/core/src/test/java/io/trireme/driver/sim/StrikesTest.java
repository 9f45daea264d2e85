package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.slots.SlotPlan;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With backups nothing is lost, and no bit is wrong, if a primary dies just when it is cut off from
 * its backup: right after workers have left, or another executor was lost, or in between. An
 * executor dies whenever others have all that workers have; nothing else is spared.
 */
@Timeout(1200)
class StrikesTest {

  private static final long MS = Scheduler.MS;
  private static final int SEEDS = Integer.getInteger("trireme.sim.strikes", 25);

  @ParameterizedTest
  @ValueSource(doubles = {0, 3})
  void killsOfPrimariesThatAreCutOffLoseNothing(double clip) {
    int kills = 0;
    int generations = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Oracle oracle = new Oracle(Scenario.PLAN, new SlotPlan(40, 8, 4), 16, clip, false);
      SplittableRandom random = new SplittableRandom(seed * 99 + 1);
      Scenario scenario =
          new Scenario(
              seed,
              oracle,
              new Scenario.Cluster(4, 1 + random.nextInt(3), 1, 2 + random.nextInt(3), 1),
              new Scenario.FaultPlan(0, 300, 0, false, false),
              -1,
              -1);
      Simulation simulation = new Simulation(scenario);
      Strikes strikes = new Strikes(simulation, oracle, random);
      Simulation.Outcome outcome = simulation.run();
      assertThat(outcome.failure()).as("seed %d", seed).isNull();
      kills += strikes.kills;
      generations += outcome.generations();
    }
    assertThat(kills).as("executors did die").isGreaterThan(SEEDS / 2);
    assertThat(generations).isGreaterThan(3 * SEEDS);
  }

  /** Has workers leave, cuts a primary off from its backup, and kills it a moment later. */
  private static final class Strikes {
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Redundancy redundancy;
    private int left = 8;
    int kills;

    Strikes(Simulation simulation, Oracle oracle, SplittableRandom random) {
      this.simulation = simulation;
      this.random = random;
      this.redundancy = new Redundancy(oracle.plan.groups().size());
      simulation.scheduler.at(1200 * MS, this::turn);
    }

    private void turn() {
      SimRun run = simulation.current();
      Membership formed = run == null ? null : run.coordinator.membership();
      if (simulation.isOver() || left == 0) {
        return;
      }
      simulation.scheduler.within(40 * MS, 500 * MS, this::turn);
      if (run == null || formed == null) {
        return;
      }
      left--;
      checkThatAnyMayDie(run);
      List<SimExecutor> all = simulation.spark.executors;
      if (random.nextBoolean()) {
        all.get(random.nextInt(all.size())).leave();
      }
      GroupHolders group = formed.groups().get(random.nextInt(formed.groups().size()));
      SimExecutor primary = homeOf(formed, group.primary());
      SimExecutor backup = homeOf(formed, group.backup());
      if (primary == null || backup == null || primary == backup) {
        return;
      }
      simulation.network.cut(primary.host, backup.host, simulation.scheduler.now() + 400 * MS);
      simulation.scheduler.within(1 * MS, 250 * MS, () -> strike(run, primary));
    }

    /** As long as all that happens is that workers come and go, and messages do not arrive. */
    private void checkThatAnyMayDie(SimRun run) {
      for (SimExecutor one : simulation.spark.executors) {
        if (kills == 0 && !redundancy.survives(run, simulation.spark.executors, one)) {
          throw new InvariantBroken(
              "nothing was lost, and yet " + one.host + " must not die: " + formedOf(run));
        }
      }
    }

    private static @Nullable Membership formedOf(SimRun run) {
      return run.coordinator.membership();
    }

    private void strike(SimRun run, SimExecutor victim) {
      if (simulation.isCurrent(run)) {
        checkThatAnyMayDie(run);
      }
      if (simulation.isCurrent(run)
          && victim.host.alive
          && redundancy.survives(run, simulation.spark.executors, victim)) {
        kills++;
        simulation.spark.kill(victim);
      }
    }

    private @Nullable SimExecutor homeOf(Membership formed, int server) {
      if (server == GroupHolders.NONE) {
        return null;
      }
      String host = formed.server(server).endpoint().host();
      return simulation.spark.executors.stream()
          .filter(executor -> executor.host.name.equals(host) && executor.host.alive)
          .findFirst()
          .orElse(null);
    }
  }
}
