package io.trireme.driver.sim;

import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Peer;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.Deadlines;
import io.trireme.driver.coordinator.LifeRegistry;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.ServerRules;
import io.trireme.server.protocol.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A rule that is taken away. */
enum PlantedBug implements Parts {
  /** None is. */
  NONE(Invariant.JOBS_END, 10),

  /** Workers have a result before the backup does. */
  ACKNOWLEDGED_BEFORE_THE_BACKUP_HAS_IT(Invariant.RELEASED_IS_HELD_TWICE, 200, Family.BSP) {
    @Override
    public ServerRules rules() {
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
    public ServerRules rules() {
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
    public ServerRules rules() {
      return new ServerRules() {
        @Override
        public boolean precedes(int countedLo, int lo) {
          return true;
        }
      };
    }
  },

  /** The norm of a step is made of sums of squares of the step before. */
  SHARE_OF_ANOTHER_STEP(Invariant.GROUPS_ARE_THOSE_OF_A_QUIET_RUN, 50, Family.BACKUPS) {
    @Override
    public ServerRules rules() {
      return new ServerRules() {
        @Override
        public long stepOfShare(long step) {
          return step - 1;
        }
      };
    }
  },

  /** Lives that were given up go on: every link has the same key in every generation. */
  OLD_INCARNATION_ACCEPTED(Invariant.LIVES_DO_NOT_COME_BACK, 1500, Family.BSP) {
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
      return PlantedUpdater.repeatsOnBackups(real, isBackup, 0);
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
      return PlantedCheckpoints.ofTwoSteps(real);
    }
  },

  /** The coordinator waits for ever. */
  NO_DEADLINES(Invariant.SOMETHING_MOVES, 200, Family.BSP) {
    @Override
    public Deadlines deadlines(Deadlines real) {
      return new Deadlines(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }
  },

  /** The coordinator takes executors for lost between two of their reports. */
  IMPATIENT_WITH_EXECUTORS(Invariant.NO_LIFE_IS_LOST_NEEDLESSLY, 100, Family.BSP) {
    @Override
    public Deadlines deadlines(Deadlines real) {
      return new Deadlines(60 * Scheduler.MS, real.stallNs(), real.stepNs(), real.joinNs());
    }
  },

  /** The coordinator takes a run for standing still as soon as all wait. */
  IMPATIENT_WITH_STEPS(Invariant.NO_STATE_IS_LOST_NEEDLESSLY, 100, Family.BSP) {
    @Override
    public Deadlines deadlines(Deadlines real) {
      return new Deadlines(real.leaseNs(), 1, real.stepNs(), real.joinNs());
    }
  },

  /** A backup makes each update twice. */
  BACKUP_APPLIES_TWICE(Invariant.SLOTS_COUNT_ONCE, 20, Family.BSP) {
    @Override
    public GroupUpdater updater(GroupUpdater real, BooleanSupplier isBackup) {
      return PlantedUpdater.repeatsOnBackups(real, isBackup, 2);
    }
  },

  /** The same where gradients travel by codecs, so that no bits are known before. */
  BACKUP_OF_OTHER_BITS(Invariant.REPLICAS_AGREE, 50, Family.CODECS) {
    @Override
    public GroupUpdater updater(GroupUpdater real, BooleanSupplier isBackup) {
      return PlantedUpdater.repeatsOnBackups(real, isBackup, 2);
    }
  },

  /** A backup that is brought up gets the parameters, and not what the optimizer remembers. */
  RECRUITED_WITHOUT_THE_OPTIMIZER(Invariant.CLAIMED_IS_HELD, 100, Family.BSP) {
    @Override
    public GroupUpdater updater(GroupUpdater real, BooleanSupplier isBackup) {
      return PlantedUpdater.forgetsStateOnBackups(real, isBackup);
    }
  },

  /** A server says that it is a step further than it is. */
  CLAIMS_A_STEP_MORE(Invariant.CLAIMED_IS_HELD, 20, Family.BSP) {
    @Override
    public ServerReport report(ServerReport real, int groups) {
      return Claims.of(
          real,
          real.steps().stream()
              .map(step -> Claims.at(step, step.group(), step.step() + 1))
              .toList());
    }
  },

  /** A server says that it has all groups whole as soon as it has one. */
  WHOLE_TOO_EARLY(Invariant.CLAIMED_IS_HELD, 20, Family.BSP) {
    @Override
    public ServerReport report(ServerReport real, int groups) {
      List<GroupStep> all = new ArrayList<>(real.steps());
      Set<Integer> held = real.steps().stream().map(GroupStep::group).collect(Collectors.toSet());
      for (int group = 0; group < groups && !held.isEmpty(); group++) {
        if (!held.contains(group)) {
          all.add(Claims.at(real.steps().get(0), group, real.steps().get(0).step()));
        }
      }
      return Claims.of(real, all);
    }
  },

  /** A checkpoint is made before all of its files are there. */
  CHECKPOINT_WITH_A_FILE_MISSING(Invariant.CHECKPOINTS_ARE_OF_ONE_STEP, 20, Family.RESTARTS) {
    @Override
    public CheckpointPlan checkpoints(CheckpointPlan real) {
      return PlantedCheckpoints.withoutTheLastFile(real);
    }
  },

  /** A checkpoint counts, though its manifest was not written. */
  CHECKPOINT_COUNTS_BEFORE_IT_IS_WRITTEN(Invariant.COMMITTED_IS_STORED, 100, Family.RESTARTS) {
    @Override
    public CheckpointPlan checkpoints(CheckpointPlan real) {
      return PlantedCheckpoints.committedInAnyCase(real);
    }
  },

  /** What the optimizer remembers is in no checkpoint. */
  CHECKPOINT_WITHOUT_THE_OPTIMIZER(Invariant.CHECKPOINTS_ARE_OF_ONE_STEP, 20, Family.RESTARTS) {
    @Override
    public Snapshots snapshots(Snapshots real) {
      return new PlantedSnapshots(real, 0, false);
    }
  },

  /** Groups are copied after the update that a checkpoint comes before. */
  CHECKPOINT_A_STEP_LATE(Invariant.CHECKPOINTS_ARE_OF_ONE_STEP, 20, Family.RESTARTS) {
    @Override
    public Snapshots snapshots(Snapshots real) {
      return new PlantedSnapshots(real, 1, true);
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

  /** Changes what a server says that it holds. */
  private static final class Claims {
    static GroupStep at(GroupStep like, int group, long step) {
      return new GroupStep(group, step, like.slots(), like.asOf(), like.reduced());
    }

    static ServerReport of(ServerReport real, List<GroupStep> steps) {
      return new ServerReport(
          real.peer(),
          real.ready(),
          real.sealed(),
          real.endpoint(),
          steps,
          real.whole(),
          real.broken(),
          real.moved(),
          real.staleness(),
          real.waitsFor(),
          real.dropped(),
          real.failure());
    }
  }
}
