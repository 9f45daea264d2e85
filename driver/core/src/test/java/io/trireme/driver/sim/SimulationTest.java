package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Faults of any kind leave the parameters, bit for bit, as a quiet run has them. */
@Timeout(1200)
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("trireme.sim.seeds", 1000);
  private static final long FIRST = Long.getLong("trireme.sim.first", 1);
  private static final String REPLAY = "trireme.sim.replay";

  @Test
  void anySeedEndsWithTheBitsOfAQuietRun() {
    Seeds.Tally all = run(Family.BSP, SEEDS);
    assertThat(all.lost()).isGreaterThan(SEEDS / 2);
  }

  @Test
  void twelveExecutorsAndSixtyStepsDoSo() {
    Seeds.Tally all = run(Family.CLUSTERS, SEEDS / 5);
    assertThat(all.lost()).isGreaterThan(SEEDS / 5);
  }

  @Test
  void whereNobodyWaitsEverySlotOfEveryStepCountsOnceAndNobodyIsTooFarAhead() {
    Seeds.Tally all = run(Family.STREAMS, SEEDS * 7 / 20);
    assertThat(all.lost()).isGreaterThan(SEEDS / 40);
    assertThat(all.runs()).as("drivers crash").isGreaterThan(SEEDS * 7 / 20);
  }

  @Test
  void roundsOfLocalStepsCountByTheirExamples() {
    Seeds.Tally all = run(Family.LOCAL, SEEDS / 4);
    assertThat(all.lost()).isGreaterThan(SEEDS / 8);
  }

  @Test
  void stepsThatAreNoNumbersChangeNothing() {
    Seeds.Tally all = run(Family.VOIDS, SEEDS / 4);
    assertThat(all.lost()).isGreaterThan(SEEDS / 8);
  }

  @Test
  void anyCodecLeavesAllReplicasEqual() {
    Seeds.Tally all = run(Family.CODECS, SEEDS / 4);
    assertThat(all.lost()).isGreaterThan(SEEDS / 8);
  }

  @Test
  void slowLinksAreNoStandstill() {
    run(Family.LINKS, SEEDS / 20);
  }

  @Test
  void crashedDriversAndLostGroupsGoOnFromCheckpointsWithTheSameBits() {
    Seeds.Tally all = run(Family.RESTARTS, SEEDS * 2 / 5);
    assertThat(all.runs()).isGreaterThan(SEEDS / 2);
    assertThat(all.checkpoints()).isGreaterThan(SEEDS / 3);
  }

  @Test
  void serversThatAreCutOffBeforeTheyAreLostHaveTheirBackupsGoOn() {
    Seeds.Tally all = run(Family.BACKUPS, SEEDS / 4);
    assertThat(all.lost()).isGreaterThan(SEEDS / 4);
  }

  /** What a failing seed asks for. */
  @Test
  @EnabledIfSystemProperty(named = REPLAY, matches = "[A-Z]+:[0-9]+")
  void replaysOneSeed() {
    String[] asked = System.getProperty(REPLAY, "").split(":", -1);
    long seed = Long.parseLong(asked[1]);
    System.out.println(new Simulation(Family.valueOf(asked[0]).of(seed)).run());
  }

  private static Seeds.Tally run(Family family, int seeds) {
    Seeds.Tally tally = Seeds.of(family, FIRST, seeds);
    System.out.printf(
        "%s: %d seeds, %d lives lost, %d jobs ended for it, %d runs, %d checkpoints%n",
        family, seeds, tally.lost(), tally.ended(), tally.runs(), tally.checkpoints());
    assertThat(tally.ended()).as("jobs that lost what was held twice").isLessThan(seeds / 3);
    assertThat(tally.broken())
        .as(
            "replay one: mvn -pl driver/core -am test -Dtest=SimulationTest#replaysOneSeed"
                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=FAMILY:SEED",
            REPLAY)
        .isEmpty();
    return tally;
  }
}
