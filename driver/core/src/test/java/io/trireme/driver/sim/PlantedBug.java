package io.trireme.driver.sim;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ShardReport;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Peer;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.Deadlines;
import io.trireme.driver.coordinator.LifeRegistry;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.ServerRules;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** A rule that is taken away. */
enum PlantedBug implements Parts {
  /** None is. */
  NONE(Invariant.JOBS_END, 40),

  /** Each contribution counts as often as it comes. */
  DROPPED_LEDGER(Invariant.SUMS_ARE_OVER_NODES, 500, Family.BSP) {
    @Override
    public ServerRules rules(IntSupplier generation) {
      return new ServerRules() {
        @Override
        public boolean isDuplicate(int missingSlots) {
          return false;
        }

        @Override
        public boolean replaces(int lo, int hi, int otherLo, int otherHi) {
          return false;
        }
      };
    }
  },

  /** What is counted is known only before the first change of generation. */
  DUPLICATES_COUNT_AFTER_A_CHANGE(Invariant.SUMS_ARE_OVER_NODES, 500, Family.BSP) {
    @Override
    public ServerRules rules(IntSupplier generation) {
      return new Forgetful(generation);
    }
  },

  /** Workers have a result before the backup does. */
  ACKNOWLEDGED_BEFORE_THE_BACKUP_HAS_IT(Invariant.RELEASED_IS_HELD_TWICE, 200, Family.BSP) {
    @Override
    public ServerRules rules(IntSupplier generation) {
      return new ServerRules() {
        @Override
        public boolean releaseAwaitsBackup() {
          return false;
        }
      };
    }
  },

  /** A server that seals goes on with the old generation until it enters the next. */
  REASSIGNED_WITHOUT_FENCING(Invariant.CLAIMED_IS_HELD, 500, Family.BSP) {
    @Override
    public ServerRules rules(IntSupplier generation) {
      return new ServerRules() {
        @Override
        public boolean stopsWhenSealed() {
          return false;
        }
      };
    }
  },

  /** Contributions are added in the order in which they come. */
  SUMMED_IN_ARRIVAL_ORDER(Invariant.SUMS_ARE_OVER_NODES, 100, Family.BSP) {
    @Override
    public ServerRules rules(IntSupplier generation) {
      return new ServerRules() {
        @Override
        public boolean precedes(int countedLo, int lo) {
          return true;
        }
      };
    }
  },

  /** Lives that were given up go on: every link has the same key in every generation. */
  OLD_INCARNATION_ACCEPTED(Invariant.LIVES_DO_NOT_COME_BACK, 500, Family.BSP) {
    @Override
    public LinkKeys keys(LinkKeys real) {
      return new LinkKeys() {
        @Override
        public SecretKey linkKey(int generation, Peer from, Peer to) {
          return new SecretKeySpec(new byte[16], "AES");
        }

        @Override
        public boolean isSameLife(Peer member, long incarnation) {
          return true;
        }
      };
    }

    @Override
    public LifeRegistry lives(LifeRegistry real) {
      return new NoFences(real);
    }
  },

  /** A backup says that it holds a step which it has not applied. */
  PROMOTED_WITHOUT_THE_LAST_STEP(Invariant.CLAIMED_IS_HELD, 100, Family.BSP) {
    @Override
    public GroupUpdater updater(GroupUpdater real, BooleanSupplier isBackup) {
      return new PrimaryOnly(real, isBackup);
    }
  },

  /** Workers may be one step further ahead. */
  BOUND_OFF_BY_ONE(Invariant.STALENESS_IS_BOUNDED, 100, Family.STREAMS) {
    @Override
    public long staleness(long real) {
      return real < 0 ? real : real + 1;
    }
  },

  /** Every slot counts alike, however many examples it has. */
  LOCAL_STEPS_WEIGHTED_BY_WORKERS(Invariant.GROUPS_ARE_THOSE_OF_A_QUIET_RUN, 20, Family.LOCAL) {
    @Override
    public int weight(int examples) {
      return 1;
    }
  },

  /** Shards of a step and of the next are put together. */
  CHECKPOINT_OF_TWO_STEPS(Invariant.CHECKPOINTS_ARE_OF_ONE_STEP, 100, Family.RESTARTS) {
    @Override
    public CheckpointPlan checkpoints(CheckpointPlan real) {
      return new TwoSteps(real);
    }
  },

  /** The coordinator waits for ever. */
  NO_DEADLINES(Invariant.SOMETHING_MOVES, 200, Family.BSP) {
    @Override
    public Deadlines deadlines(Deadlines real) {
      return new Deadlines(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }
  };

  /** What finds it; nothing else counts. */
  final Invariant finder;

  /** In how many seeds at the most. */
  final int seeds;

  /** Of which kinds of jobs; where none is named, of all. */
  final List<Family> families;

  PlantedBug(Invariant finder, int seeds, Family... families) {
    this.finder = finder;
    this.seeds = seeds;
    this.families = List.of(families.length == 0 ? Family.values() : families);
  }

  /** Knows no duplicates after the first generation that its server has entered. */
  private static final class Forgetful implements ServerRules {
    private final IntSupplier generation;
    private int first;

    Forgetful(IntSupplier generation) {
      this.generation = generation;
    }

    @Override
    public boolean isDuplicate(int missingSlots) {
      first = first == 0 ? generation.getAsInt() : first;
      return generation.getAsInt() == first && missingSlots == 0;
    }

    @Override
    public boolean replaces(int lo, int hi, int otherLo, int otherHi) {
      return false;
    }
  }

  /** No life is given up, and no executor. */
  private record NoFences(LifeRegistry real) implements LifeRegistry {
    @Override
    public long newIncarnation() {
      return real.newIncarnation();
    }

    @Override
    public void fence(Peer life) {}

    @Override
    public boolean isFenced(Peer life) {
      return false;
    }

    @Override
    public void remove(String executor) {}

    @Override
    public boolean isRemoved(String executor) {
      return false;
    }
  }

  /** Updates nothing on a backup. */
  private record PrimaryOnly(GroupUpdater real, BooleanSupplier isBackup) implements GroupUpdater {
    @Override
    public MutableDirectBuffer parameters() {
      return real.parameters();
    }

    @Override
    public MutableDirectBuffer gradient() {
      return real.gradient();
    }

    @Override
    public List<MutableDirectBuffer> state() {
      return real.state();
    }

    @Override
    public void average(int examples, int filledSlots) {
      real.average(examples, filledSlots);
    }

    @Override
    public double sumOfSquares(int blockIndex) {
      return real.sumOfSquares(blockIndex);
    }

    @Override
    public void update(long step, int epoch, double scale) {
      if (!isBackup.getAsBoolean()) {
        real.update(step, epoch, scale);
      }
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /** Takes the shards of an odd step for those of the step before. */
  private record TwoSteps(CheckpointPlan real) implements CheckpointPlan {
    @Override
    public void note(CheckpointReport report, long nowNs) {
      List<ShardReport> shards =
          report.shards().stream()
              .map(shard -> new ShardReport(shard.step() / 2 * 2, shard.file()))
              .toList();
      real.note(new CheckpointReport(report.writing(), shards, report.failures()), nowNs);
    }

    @Override
    public long announced() {
      return real.announced();
    }

    @Override
    public void request() {
      real.request();
    }

    @Override
    public void reached(long step, long nowNs) {
      real.reached(step, nowNs);
    }

    @Override
    public void onTick(long nowNs) {
      real.onTick(nowNs);
    }

    @Override
    public @Nullable Complete takeComplete() {
      return real.takeComplete();
    }

    @Override
    public boolean isQuiet(long nowNs, long quietNs) {
      return real.isQuiet(nowNs, quietNs);
    }

    @Override
    public List<String> takeFailures() {
      return real.takeFailures();
    }

    @Override
    public void committed(long step) {
      real.committed(step);
    }

    @Override
    public void failed(long step) {
      real.failed(step);
    }

    @Override
    public long committed() {
      return real.committed();
    }
  }
}
