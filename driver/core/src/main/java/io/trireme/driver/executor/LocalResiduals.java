package io.trireme.driver.executor;

import io.trireme.common.checkpoint.write.ShardLog;
import io.trireme.common.checkpoint.write.ShardQueue;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.common.wire.Peer;
import io.trireme.worker.checkpoint.ResidualFiles;
import io.trireme.worker.protocol.ResidualStore;
import org.agrona.CloseHelper;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the residuals of one run's workers on this executor are stored: one thread writes for all
 * of them.
 */
final class LocalResiduals implements AutoCloseable {

  private final JobSpec spec;
  private final boolean lossy;
  private final ShardLog shards;
  private volatile long announced;
  private @Nullable ShardQueue queue;
  private boolean closed;

  /**
   * Residuals of a run.
   *
   * @param lossy whether its gradients travel through a codec that keeps residuals
   */
  LocalResiduals(JobSpec spec, boolean lossy, ShardLog shards) {
    this.spec = spec;
    this.lossy = lossy;
    this.shards = shards;
  }

  /** A checkpoint of this step is to be written. */
  void announce(long step) {
    announced = step;
  }

  /** Where the residuals of an incarnation go and come from. */
  ResidualStore of(Peer worker) {
    CheckpointSpec checkpoint = spec.checkpoint();
    if (checkpoint == null || !lossy) {
      return ResidualStore.NONE;
    }
    return new ResidualFiles(
        worker,
        queue(checkpoint),
        step -> step > spec.firstStep() && (step == announced || step == spec.lastStep()),
        CheckpointFiles.from(checkpoint),
        spec.firstStep(),
        spec.slots().slots());
  }

  private synchronized @Nullable ShardQueue queue(CheckpointSpec checkpoint) {
    if (queue == null && checkpoint.dir() != null && !closed) {
      Path dir = new Path(checkpoint.dir());
      queue =
          ShardQueue.start(
              checkpoint,
              CheckpointFiles.fileSystem(dir),
              dir,
              shards,
              Idling.threads("trireme-residuals"));
    }
    return queue;
  }

  @Override
  public synchronized void close() {
    closed = true;
    CloseHelper.close(queue);
  }
}
