package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever breaks, the parameters at the end are, bit for bit, those of a quiet run. */
@Timeout(300)
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("trireme.sim.seeds", 2000);
  private static final long FIRST = Long.getLong("trireme.sim.first", 1);

  @Test
  void anySeedEndsWithTheBitsOfAQuietRun() {
    int restarts = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation.Outcome outcome = run(Scenario.of(seed), seed);
      assertThat(outcome.failure()).as(replay(seed)).isNull();
      restarts += outcome.restarts();
    }
    assertThat(restarts).isGreaterThan(SEEDS / 2);
  }

  @Test
  void whereNobodyWaitsEverySlotOfEveryStepCountsOnceAndNobodyIsTooFarAhead() {
    int restarts = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS / 4; seed++) {
      Simulation.Outcome outcome = run(Scenario.streams(seed), seed);
      assertThat(outcome.failure()).as(replay(seed)).isNull();
      restarts += outcome.restarts();
    }
    assertThat(restarts).isGreaterThan(SEEDS / 80);
  }

  private static Simulation.Outcome run(Scenario scenario, long seed) {
    try {
      return new Simulation(scenario).run();
    } catch (RuntimeException e) {
      throw new AssertionError(replay(seed), e);
    }
  }

  private static String replay(long seed) {
    return "replay: mvn -pl driver -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
        + " -Dtrireme.sim.seeds=1 -Dtrireme.sim.first="
        + seed;
  }
}
