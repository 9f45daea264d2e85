package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.driver.sim.Scenario.Family;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Faults of any kind leave the parameters, bit for bit, as a quiet run has them. */
@Timeout(1200)
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("trireme.sim.seeds", 1000);
  private static final long FIRST = Long.getLong("trireme.sim.first", 1);
  private static final String REPLAY = "trireme.sim.replay";

  private int restarts;
  private int runs;
  private int checkpoints;

  @Test
  void anySeedEndsWithTheBitsOfAQuietRun() {
    runAll(Family.BSP, SEEDS);
    assertThat(restarts).isGreaterThan(SEEDS / 2);
    assertThat(runs).as("nothing is lost for good").isEqualTo(SEEDS);
  }

  @Test
  void whereNobodyWaitsEverySlotOfEveryStepCountsOnceAndNobodyIsTooFarAhead() {
    runAll(Family.STREAMS, SEEDS / 2);
    assertThat(restarts).isGreaterThan(SEEDS / 40);
    assertThat(runs).as("drivers crash").isGreaterThan(SEEDS / 2);
  }

  @Test
  void roundsOfLocalStepsCountByTheirExamples() {
    runAll(Family.LOCAL, SEEDS / 4);
    assertThat(restarts).isGreaterThan(SEEDS / 8);
  }

  @Test
  void crashedDriversAndLostGroupsGoOnFromCheckpointsWithTheSameBits() {
    runAll(Family.RESTARTS, SEEDS * 3 / 10);
    assertThat(runs).isGreaterThan(SEEDS / 2);
    assertThat(checkpoints).isGreaterThan(SEEDS / 3);
  }

  @Test
  void serversThatAreCutOffBeforeTheyAreLostHaveTheirBackupsGoOn() {
    runAll(Family.BACKUPS, SEEDS / 5);
    assertThat(restarts).isGreaterThan(SEEDS / 5);
    assertThat(runs).as("nothing is lost for good").isEqualTo(SEEDS / 5);
  }

  /** What a failing seed asks for. */
  @Test
  @EnabledIfSystemProperty(named = REPLAY, matches = "[A-Z]+:[0-9]+")
  void replaysOneSeed() {
    String[] asked = System.getProperty(REPLAY, "").split(":", -1);
    assertThat(run(Family.valueOf(asked[0]), Long.parseLong(asked[1])).failure()).isNull();
  }

  /** Seeds know nothing of each other, so all cores share them. */
  private void runAll(Family family, int seeds) {
    List<Simulation.Outcome> outcomes =
        LongStream.range(FIRST, FIRST + seeds)
            .parallel()
            .mapToObj(seed -> run(family, seed))
            .toList();
    restarts = outcomes.stream().mapToInt(Simulation.Outcome::restarts).sum();
    runs = outcomes.stream().mapToInt(Simulation.Outcome::runs).sum();
    checkpoints = outcomes.stream().mapToInt(Simulation.Outcome::checkpoints).sum();
    System.out.printf(
        "%s: %d seeds, %d lives lost, %d runs, %d checkpoints%n",
        family, seeds, restarts, runs, checkpoints);
  }

  private static Simulation.Outcome run(Family family, long seed) {
    Simulation.Outcome outcome;
    try {
      outcome = new Simulation(family.of(seed)).run();
    } catch (RuntimeException e) {
      throw new AssertionError(replay(family, seed), e);
    }
    assertThat(outcome.failure()).as(replay(family, seed)).isNull();
    return outcome;
  }

  private static String replay(Family family, long seed) {
    return "replay: mvn -pl driver/core -am test -Dtest=SimulationTest#replaysOneSeed"
        + " -Dsurefire.failIfNoSpecifiedTests=false -D"
        + REPLAY
        + "="
        + family
        + ":"
        + seed;
  }
}
