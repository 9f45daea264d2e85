package io.trireme.driver.sim;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Frames;
import io.trireme.worker.local.LocalRounds;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a seed stands for.
 *
 * @param seed what everything random derives from
 * @param oracle the job
 * @param cluster what there is at the start
 * @param faults what breaks
 * @param staleness how far workers may be ahead of each other; negative where every step waits for
 *     all
 * @param everySteps steps between checkpoints; 0 where time counts, negative where there are none
 */
record Scenario(
    long seed, Oracle oracle, Cluster cluster, FaultPlan faults, long staleness, int everySteps) {

  /**
   * The members of a job.
   *
   * @param executors executors at the start
   * @param workers tasks
   * @param minWorkers workers that training begins with
   * @param servers servers
   * @param replicas backups of each group
   */
  record Cluster(int executors, int workers, int minWorkers, int servers, int replicas) {}

  /**
   * What breaks, and when.
   *
   * @param count how often something breaks
   * @param gapMs the longest time between two faults
   * @param lostControl per cent of control messages that get lost
   * @param wild whether faults come before the run has recovered from others, so that state may be
   *     lost
   * @param crashes whether the driver may crash
   */
  record FaultPlan(int count, int gapMs, int lostControl, boolean wild, boolean crashes) {}

  /** What {@link #everySteps} is where checkpoints are due by time. */
  private static final int BY_TIME = 0;

  private static final int NO_CHECKPOINTS = -1;

  /** What kinds of jobs a seed stands for. */
  enum Family {
    /** Every step waits for every slot; one server at a time may be lost. */
    BSP,
    /** Workers do not wait for all others: {@code ssp} and {@code async}. */
    STREAMS,
    /** Workers take local steps. */
    LOCAL,
    /** Drivers crash, and groups are lost: runs begin with checkpoints. */
    RESTARTS,
    /** Servers without workers beside them are cut off from each other before they are killed. */
    BACKUPS;

    Scenario of(long seed) {
      return switch (this) {
        case BSP -> Scenario.of(seed);
        case STREAMS -> streams(seed);
        case LOCAL -> local(seed);
        case RESTARTS -> restarts(seed);
        case BACKUPS -> backups(seed);
      };
    }
  }

  /** What may break. */
  enum Fault {
    KILL,
    FREEZE,
    CUT_DRIVER,
    CUT_PEERS,
    CUT_AND_KILL,
    BREAK,
    REPLAY,
    SLOW,
    LEAVE,
    CRASH_DRIVER
  }

  /** Blocks of different lengths, the third and fourth in one group. */
  static final BlockPlan PLAN =
      new BlockPlan(
          List.of(
              new Block(0, 0, 5, 0),
              new Block(1, 5, 7, 1),
              new Block(2, 12, 64, 2),
              new Block(3, 76, 9, 2),
              new Block(4, 85, 33, 3),
              new Block(5, 118, 2, 4)),
          List.of(
              new BlockGroup(0, 0, 1, 0, 5),
              new BlockGroup(1, 1, 1, 5, 7),
              new BlockGroup(2, 2, 2, 12, 73),
              new BlockGroup(3, 4, 1, 85, 33),
              new BlockGroup(4, 5, 1, 118, 2)));

  /** A block that travels in two frames, so that sessions may end in the middle of one. */
  private static final int TWO_FRAMES = Frames.MAX_PAYLOAD_BYTES / Float.BYTES + 3;

  private static final BlockPlan WIDE =
      new BlockPlan(
          List.of(
              new Block(0, 0, TWO_FRAMES, 0),
              new Block(1, TWO_FRAMES, 6, 1),
              new Block(2, TWO_FRAMES + 6, 31, 2),
              new Block(3, TWO_FRAMES + 37, 4, 3)),
          List.of(
              new BlockGroup(0, 0, 1, 0, TWO_FRAMES),
              new BlockGroup(1, 1, 1, TWO_FRAMES, 6),
              new BlockGroup(2, 2, 1, TWO_FRAMES + 6, 31),
              new BlockGroup(3, 3, 1, TWO_FRAMES + 37, 4)));

  private static final List<Oracle> ORACLES =
      List.of(
          new Oracle(PLAN, new SlotPlan(23, 8, 5), 8, 0, false),
          new Oracle(PLAN, new SlotPlan(19, 8, 5), 8, 3.0, false),
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 12, 0, false),
          new Oracle(PLAN, new SlotPlan(31, 16, 8), 6, 3.0, false),
          new Oracle(WIDE, new SlotPlan(23, 8, 4), 5, 0, false));

  private static final Oracle EXACT = new Oracle(PLAN, new SlotPlan(40, 8, 4), 12, 0, true);

  private static final List<Oracle> LOCAL =
      List.of(
          Oracle.ofRounds(PLAN, LocalRounds.of(61, 8, 5, 3), 6),
          Oracle.ofRounds(PLAN, LocalRounds.of(40, 4, 4, 2), 10));

  private static final List<Oracle> LONG =
      List.of(
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 20, 0, false),
          new Oracle(PLAN, new SlotPlan(19, 8, 5), 16, 3.0, false),
          Oracle.ofRounds(PLAN, LocalRounds.of(61, 8, 5, 3), 14));

  private static final List<Oracle> ALONE =
      List.of(
          new Oracle(PLAN, new SlotPlan(40, 8, 4), 16, 0, false),
          new Oracle(WIDE, new SlotPlan(23, 8, 4), 12, 0, false));

  /** A scenario in which workers do not wait for each other's steps, and servers are not lost. */
  private static Scenario streams(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 17 + 3);
    int workers = 1 + random.nextInt(4);
    Cluster cluster =
        new Cluster(
            2 + random.nextInt(3), workers, 1 + random.nextInt(workers), 1 + random.nextInt(3), 0);
    int faults = random.nextInt(8);
    int gapMs = 200 + random.nextInt(1500);
    int lostControl = random.nextInt(4) == 0 ? 10 : 0;
    int staleness = random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(4);
    boolean crashes = random.nextInt(4) == 0;
    return new Scenario(
        seed,
        EXACT,
        cluster,
        new FaultPlan(faults, gapMs, lostControl, false, crashes),
        staleness,
        NO_CHECKPOINTS);
  }

  /** The scenario of a seed: state is never lost in it, so the run must end well. */
  static Scenario of(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 7);
    Oracle oracle = ORACLES.get(random.nextInt(ORACLES.size()));
    return replicated(seed, oracle, random);
  }

  private static Scenario local(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 37 + 11);
    return replicated(seed, LOCAL.get(random.nextInt(LOCAL.size())), random);
  }

  private static Scenario replicated(long seed, Oracle oracle, SplittableRandom random) {
    int executors = 2 + random.nextInt(3);
    int workers = 1 + random.nextInt(4);
    return new Scenario(
        seed,
        oracle,
        new Cluster(executors, workers, 1 + random.nextInt(workers), 2 + random.nextInt(3), 1),
        new FaultPlan(
            random.nextInt(8),
            200 + random.nextInt(1500),
            random.nextInt(4) == 0 ? 10 : 0,
            false,
            false),
        -1,
        random.nextInt(3) == 0 ? 1 + random.nextInt(4) : NO_CHECKPOINTS);
  }

  private static Scenario backups(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 43 + 17);
    return new Scenario(
        seed,
        ALONE.get(random.nextInt(ALONE.size())),
        new Cluster(4, 1, 1, 2 + random.nextInt(3), 1),
        new FaultPlan(2 + random.nextInt(7), 200 + random.nextInt(800), 0, false, false),
        -1,
        NO_CHECKPOINTS);
  }

  /** The driver crashes, and servers are lost with all that they hold. */
  private static Scenario restarts(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 41 + 13);
    int workers = 1 + random.nextInt(4);
    int servers = 1 + random.nextInt(4);
    return new Scenario(
        seed,
        LONG.get(random.nextInt(LONG.size())),
        new Cluster(
            2 + random.nextInt(3),
            workers,
            1 + random.nextInt(workers),
            servers,
            servers > 1 ? random.nextInt(2) : 0),
        new FaultPlan(
            1 + random.nextInt(7),
            200 + random.nextInt(1500),
            random.nextInt(4) == 0 ? 10 : 0,
            true,
            true),
        -1,
        random.nextInt(4) == 0 ? BY_TIME : 1 + random.nextInt(6));
  }

  /** A scenario without checkpoints in which the driver does not crash. */
  static Scenario plain(long seed, Oracle oracle, int faults) {
    return new Scenario(
        seed,
        oracle,
        new Cluster(3, 3, 3, 2, 1),
        new FaultPlan(faults, 300, 0, false, false),
        -1,
        NO_CHECKPOINTS);
  }

  boolean hasCheckpoints() {
    return everySteps >= 0;
  }

  Fault pick(SplittableRandom random) {
    if (oracle.lossy) {
      return Fault.values()[Fault.BREAK.ordinal() + random.nextInt(oracle.leavers ? 4 : 3)];
    }
    if (faults.crashes() && random.nextInt(4) == 0) {
      return Fault.CRASH_DRIVER;
    }
    if (ALONE.contains(oracle)) {
      return random.nextInt(4) == 0 ? Fault.KILL : Fault.CUT_AND_KILL;
    }
    Fault[] all = Fault.values();
    return random.nextInt(3) == 0 ? Fault.KILL : all[random.nextInt(Fault.CRASH_DRIVER.ordinal())];
  }
}
