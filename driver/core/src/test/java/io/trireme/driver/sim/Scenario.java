package io.trireme.driver.sim;

import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a seed stands for.
 *
 * @param seed what everything random derives from
 * @param oracle the job
 * @param compression how its blocks travel
 * @param cluster what there is at the start
 * @param faults what breaks
 * @param staleness how far workers may be ahead of each other; negative where every step waits for
 *     all
 * @param everySteps steps between checkpoints; 0 where time counts, negative where there are none
 */
record Scenario(
    long seed,
    Oracle oracle,
    CompressionPlan compression,
    Cluster cluster,
    FaultPlan faults,
    long staleness,
    int everySteps) {

  /**
   * The members of a job.
   *
   * @param executors executors at the start
   * @param perMachine executors that share a machine
   * @param workers tasks
   * @param minWorkers workers that training begins with
   * @param servers servers
   * @param replicas backups of each group
   */
  record Cluster(
      int executors, int perMachine, int workers, int minWorkers, int servers, int replicas) {}

  /**
   * What breaks, and when.
   *
   * @param count how often something breaks
   * @param gapMs the longest time between two faults
   * @param lostControl per cent of control messages that get lost
   * @param kinds what may break, each as often as it is there
   * @param sparesServers whether executors that have servers are not lost, as nothing holds their
   *     state a second time
   */
  record FaultPlan(
      int count, int gapMs, int lostControl, List<Fault> kinds, boolean sparesServers) {

    /** Whether nothing at all breaks. */
    boolean isNone() {
      return count == 0 && lostControl == 0;
    }
  }

  /** What {@link #everySteps} is where checkpoints are due by time. */
  static final int BY_TIME = 0;

  static final int NO_CHECKPOINTS = -1;

  /** What {@link #staleness} is where every step waits for all. */
  static final int WHOLE_STEPS = -1;

  /** A scenario without checkpoints in which only sessions break. */
  static Scenario ofSessions(long seed, Oracle oracle, int faults) {
    return new Scenario(
        seed,
        oracle,
        CompressionPlan.plain(oracle.plan),
        new Cluster(3, 1, 3, 3, 2, 1),
        new FaultPlan(
            faults,
            300,
            0,
            oracle.leavers
                ? List.of(Fault.BREAK, Fault.REPLAY, Fault.SLOW, Fault.LEAVE)
                : List.of(Fault.BREAK, Fault.REPLAY, Fault.SLOW),
            false),
        WHOLE_STEPS,
        NO_CHECKPOINTS);
  }

  boolean hasCheckpoints() {
    return everySteps >= 0;
  }

  /** What breaks next. */
  Fault pick(SplittableRandom random) {
    return faults.kinds().get(random.nextInt(faults.kinds().size()));
  }
}
