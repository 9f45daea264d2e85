package io.trireme.driver.sim;

import io.trireme.driver.sim.Scenario.Cluster;
import io.trireme.driver.sim.Scenario.FaultPlan;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What kinds of jobs a seed stands for. */
enum Family {
  /** Every step waits for every slot; all may be lost. */
  BSP {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      return replicated(seed, Jobs.pick(Jobs.SMALL, random), null, random, 4);
    }
  },

  /** The same, with up to twelve executors and sixty steps, some of them on one machine. */
  CLUSTERS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      return replicated(seed, Jobs.pick(Jobs.BROAD, random), null, random, 12);
    }
  },

  /** Workers do not wait for all others: {@code ssp} and {@code async}. Servers are not lost. */
  STREAMS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      int workers = 1 + random.nextInt(4);
      int minWorkers = 1 + random.nextInt(workers);
      boolean crashes = random.nextInt(4) == 0;
      return new Scenario(
          seed,
          Jobs.EXACT,
          CompressionPlan.plain(Jobs.PLAN),
          new Cluster(2 + random.nextInt(3), 1, workers, minWorkers, 1 + random.nextInt(3), 0),
          new FaultPlan(
              random.nextInt(8),
              200 + random.nextInt(1500),
              lostControl(random),
              crashes ? Fault.with(Fault.OF_MEMBERS, 4, Fault.CRASH_DRIVER) : Fault.OF_MEMBERS,
              true),
          random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(4),
          Scenario.NO_CHECKPOINTS);
    }
  },

  /** Workers take local steps. */
  LOCAL {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      return replicated(seed, Jobs.pick(Jobs.LOCAL, random), null, random, 4);
    }
  },

  /** Some gradients are no numbers, and their steps change nothing. */
  VOIDS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      return replicated(seed, Jobs.pick(Jobs.VOIDS, random), null, random, 4);
    }
  },

  /** Gradients and parameters travel by any codec: all that hold a step have the same bits. */
  CODECS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      return replicated(seed, Codecs.job(random.nextInt(10) == 0), Codecs.any(random), random, 4);
    }
  },

  /** Drivers crash, and groups are lost: runs begin with checkpoints. */
  RESTARTS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      int workers = 1 + random.nextInt(4);
      int servers = 1 + random.nextInt(4);
      Oracle oracle = Jobs.pick(Jobs.LONG, random);
      return new Scenario(
          seed,
          oracle,
          CompressionPlan.plain(oracle.plan),
          new Cluster(
              2 + random.nextInt(3),
              1,
              workers,
              1 + random.nextInt(workers),
              servers,
              servers > 1 ? random.nextInt(2) : 0),
          new FaultPlan(
              1 + random.nextInt(7),
              200 + random.nextInt(1500),
              lostControl(random),
              Fault.with(Fault.OF_MEMBERS, 5, Fault.CRASH_DRIVER),
              false),
          Scenario.WHOLE_STEPS,
          random.nextInt(4) == 0 ? Scenario.BY_TIME : 1 + random.nextInt(6));
    }
  },

  /** Links are slow, and sessions break; no member is lost. */
  LINKS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      int workers = 1 + random.nextInt(3);
      Oracle oracle = Jobs.pick(Jobs.SHORT, random);
      return new Scenario(
          seed,
          oracle,
          CompressionPlan.plain(oracle.plan),
          new Cluster(3, 1, workers, workers, 1 + random.nextInt(3), random.nextInt(2)),
          new FaultPlan(
              1 + random.nextInt(3),
              1000,
              0,
              List.of(Fault.NARROW, Fault.NARROW, Fault.BREAK),
              true),
          Scenario.WHOLE_STEPS,
          Scenario.NO_CHECKPOINTS);
    }
  },

  /** Servers, most without workers beside them, are cut off from each other before they die. */
  BACKUPS {
    @Override
    Scenario of(long seed, SplittableRandom random) {
      int workers = 1 + random.nextInt(3);
      Oracle oracle = Jobs.pick(Jobs.BACKUPS, random);
      return new Scenario(
          seed,
          oracle,
          CompressionPlan.plain(oracle.plan),
          new Cluster(4, 1, workers, workers, 2 + random.nextInt(3), 1),
          new FaultPlan(
              2 + random.nextInt(7),
              1000 + random.nextInt(3000),
              0,
              List.of(Fault.KILL, Fault.CUT_AND_KILL, Fault.CUT_AND_KILL, Fault.KILL_UNBACKED),
              false),
          Scenario.WHOLE_STEPS,
          Scenario.NO_CHECKPOINTS);
    }
  };

  /** The scenario of a seed. */
  final Scenario of(long seed) {
    return of(seed, new SplittableRandom(seed * 31 + ordinal() * 7919L));
  }

  abstract Scenario of(long seed, SplittableRandom random);

  /** Groups are on two servers each. */
  private static Scenario replicated(
      long seed,
      Oracle oracle,
      @Nullable CompressionPlan compression,
      SplittableRandom random,
      int mostExecutors) {
    int executors = 2 + random.nextInt(mostExecutors - 1);
    int workers = 1 + random.nextInt(mostExecutors);
    int minWorkers = 1 + random.nextInt(workers);
    int mostServers = Math.min(mostExecutors, oracle.plan.groups().size());
    int faults = random.nextInt(8);
    int lostControl = lostControl(random);
    return new Scenario(
        seed,
        oracle,
        compression == null ? CompressionPlan.plain(oracle.plan) : compression,
        new Cluster(
            executors,
            executors >= 4 && random.nextInt(3) == 0 ? 2 : 1,
            workers,
            minWorkers,
            2 + random.nextInt(mostServers - 1),
            1),
        new FaultPlan(faults, 400 + random.nextInt(3000), lostControl, Fault.OF_MEMBERS, false),
        Scenario.WHOLE_STEPS,
        random.nextInt(3) == 0 ? 1 + random.nextInt(4) : Scenario.NO_CHECKPOINTS);
  }

  private static int lostControl(SplittableRandom random) {
    return random.nextInt(4) == 0 ? 10 : 0;
  }
}
