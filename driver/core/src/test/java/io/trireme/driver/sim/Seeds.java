package io.trireme.driver.sim;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Simulates many seeds on all cores, since they know nothing of each other. As a program: {@code
 * Seeds SEEDS MINUTES FIRST [FAMILY...]} simulates so many seeds of each family, or as many as fit
 * into the time, and ends with an error if one is broken.
 */
final class Seeds {

  private static final int AT_ONCE = 200;

  /**
   * What came of some seeds of a family.
   *
   * @param lost lives that were lost
   * @param ended jobs that ended since all that held some state was lost
   * @param exposed groups that a planned move left on one server
   * @param runs runs of the jobs
   * @param broken what is not as it must be, by family and seed
   */
  record Tally(
      int seeds, int lost, int ended, int exposed, int runs, int checkpoints, List<String> broken) {

    Tally plus(Tally more) {
      return new Tally(
          seeds + more.seeds,
          lost + more.lost,
          ended + more.ended,
          exposed + more.exposed,
          runs + more.runs,
          checkpoints + more.checkpoints,
          Stream.concat(broken.stream(), more.broken.stream()).toList());
    }
  }

  private Seeds() {}

  /** Simulates so many seeds of a family, from the first on. */
  static Tally of(Family family, long first, int count) {
    return LongStream.range(first, first + count)
        .parallel()
        .mapToObj(seed -> tally(family, seed))
        .reduce(new Tally(0, 0, 0, 0, 0, 0, List.of()), Tally::plus);
  }

  private static Tally tally(Family family, long seed) {
    try {
      Simulation.Outcome outcome = new Simulation(family.of(seed)).run();
      return new Tally(
          1,
          outcome.restarts(),
          outcome.failure() == null ? 0 : 1,
          outcome.exposed(),
          outcome.runs(),
          outcome.checkpoints(),
          List.of());
    } catch (RuntimeException e) {
      return new Tally(1, 0, 0, 0, 0, 0, List.of(family + ":" + seed + " " + told(e)));
    }
  }

  /** The invariant that a seed breaks with these parts; null if none. */
  static @Nullable Invariant broken(Family family, long seed, Parts parts) {
    try {
      new Simulation(family.of(seed), parts).run();
      return null;
    } catch (InvariantBroken e) {
      return e.invariant;
    } catch (RuntimeException e) {
      // The code under test has noticed by itself, which tells nothing of the invariants.
      return null;
    }
  }

  private static String told(RuntimeException e) {
    if (e instanceof InvariantBroken) {
      return String.valueOf(e.getMessage());
    }
    StackTraceElement[] at = e.getStackTrace();
    return e + (at.length == 0 ? "" : " at " + at[0]);
  }

  /** Simulates what the arguments say. */
  public static void main(String[] args) {
    int most = Integer.parseInt(args[0]);
    long endNs = System.nanoTime() + Duration.ofMinutes(Long.parseLong(args[1])).toNanos();
    long first = Long.parseLong(args[2]);
    Set<Family> families = EnumSet.allOf(Family.class);
    if (args.length > 3) {
      families = EnumSet.noneOf(Family.class);
      for (int i = 3; i < args.length; i++) {
        families.add(Family.valueOf(args[i]));
      }
    }
    Map<Family, Tally> tallies = new TreeMap<>();
    for (int done = 0; done < most && System.nanoTime() < endNs; done += AT_ONCE) {
      for (Family family : families) {
        Tally next = of(family, first + done, Math.min(AT_ONCE, most - done));
        next.broken().forEach(System.out::println);
        tallies.merge(family, next, Tally::plus);
      }
    }
    int broken = 0;
    for (Map.Entry<Family, Tally> family : tallies.entrySet()) {
      Tally all = family.getValue();
      broken += all.broken().size();
      System.out.printf(
          "%-10s %8d seeds %8d lives lost %6d ended %6d exposed %8d runs %8d checkpoints %4d broken%n",
          family.getKey(),
          all.seeds(),
          all.lost(),
          all.ended(),
          all.exposed(),
          all.runs(),
          all.checkpoints(),
          all.broken().size());
    }
    if (broken > 0) {
      throw new IllegalStateException(broken + " seeds are broken");
    }
  }
}
