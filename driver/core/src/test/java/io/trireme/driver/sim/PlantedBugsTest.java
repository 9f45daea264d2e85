package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
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

  @ParameterizedTest
  @EnumSource
  void isFoundByTheSimulation(PlantedBug bug) {
    Map<String, Integer> others = new TreeMap<>();
    String found = null;
    for (int seed = 1; found == null && seed <= bug.seeds; seed++) {
      for (Family family : bug.families) {
        Invariant broken = Seeds.broken(family, seed, bug);
        if (bug == PlantedBug.NONE) {
          assertThat(broken).as("%s:%d", family, seed).isNull();
        } else if (broken == bug.finder) {
          found = family + ":" + seed;
        } else {
          others.merge(String.valueOf(broken), 1, Integer::sum);
        }
      }
    }
    System.out.printf("%-40s %-35s %s, before it %s%n", bug, bug.finder, found, others);
    if (bug != PlantedBug.NONE) {
      assertThat(found)
          .as(
              "%s is not found by %s in %d seeds of %s: %s",
              bug, bug.finder, bug.seeds, bug.families, others)
          .isNotNull();
    }
  }
}
