package io.trireme.driver.sim;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ShardReport;
import io.trireme.driver.coordinator.CheckpointPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan of checkpoints of which a {@link PlantedBug} may change one method. */
class PlantedCheckpoints implements CheckpointPlan {

  final CheckpointPlan real;

  /** One that does all as the real one does. */
  PlantedCheckpoints(CheckpointPlan real) {
    this.real = real;
  }

  /** Takes the shards of an odd step for those of the step before. */
  static CheckpointPlan ofTwoSteps(CheckpointPlan real) {
    return new PlantedCheckpoints(real) {
      @Override
      public void note(CheckpointReport report, long nowNs) {
        List<ShardReport> shards =
            report.shards().stream()
                .map(shard -> new ShardReport(shard.step() / 2 * 2, shard.file()))
                .toList();
        real.note(new CheckpointReport(report.writing(), shards, report.failures()), nowNs);
      }
    };
  }

  /** Leaves the last file out. */
  static CheckpointPlan withoutTheLastFile(CheckpointPlan real) {
    return new PlantedCheckpoints(real) {
      @Override
      public @Nullable Complete takeComplete() {
        Complete all = real.takeComplete();
        return all == null
            ? null
            : new Complete(all.step(), all.files().subList(0, all.files().size() - 1));
      }
    };
  }

  /** Takes a commit that failed for one that did not. */
  static CheckpointPlan committedInAnyCase(CheckpointPlan real) {
    return new PlantedCheckpoints(real) {
      @Override
      public void failed(long step) {
        real.committed(step);
      }
    };
  }

  @Override
  public void note(CheckpointReport report, long nowNs) {
    real.note(report, nowNs);
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
