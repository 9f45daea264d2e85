package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Proves that the simulation bites: takes one rule of the protocol away, and has the same seeds
 * break the invariant that rests on it.
 */
@Timeout(1800)
@Execution(ExecutionMode.CONCURRENT)
class PlantedBugsTest {

  private static final int MOST_SEEDS = 3000;

  @ParameterizedTest
  @EnumSource
  void isFoundByTheSimulation(PlantedBug bug) {
    String found = null;
    int seed = 0;
    while (found == null && seed < (bug == PlantedBug.NONE ? 40 : MOST_SEEDS)) {
      seed++;
      found = Simulation.verdict(seed, bug, bug.finding.asPredicate());
    }
    System.out.printf(
        "%-40s %s%n", bug, found == null ? "nothing found" : "seed " + seed + ": " + found);
    if (bug == PlantedBug.NONE) {
      assertThat(found).isNull();
    } else {
      assertThat(found).as("%s was not found by %s seeds", bug, seed).isNotNull();
    }
  }
}
