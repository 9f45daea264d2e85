package io.trireme.server.checkpoint;

import io.trireme.common.checkpoint.GroupSections;
import io.trireme.common.checkpoint.write.OpenShard;
import io.trireme.common.checkpoint.write.ShardLog;
import io.trireme.common.checkpoint.write.ShardQueue;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.wire.Peer;
import io.trireme.server.protocol.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.agrona.DirectBuffer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes one server's shards on a thread of its own, while the server trains on: a group is copied
 * when it is taken, and written whenever the file system is ready for it.
 */
public final class SnapshotWriter implements Snapshots, AutoCloseable {

  private final Peer self;
  private final long firstStep;
  private final long lastStep;
  private final ShardQueue queue;
  private final List<OpenShard> open = new ArrayList<>();
  private volatile long announced;

  private SnapshotWriter(Peer self, long firstStep, long lastStep, ShardQueue queue) {
    this.self = self;
    this.firstStep = firstStep;
    this.lastStep = lastStep;
    this.queue = queue;
  }

  /**
   * Starts a writer.
   *
   * @param dir folder of the job's checkpoints
   * @param self the life of the server
   * @param firstStep the step with which the run begins; of that one there is a checkpoint, or need
   *     be none
   * @param lastStep the step that is due without being announced
   * @param log is told what was written
   */
  public static SnapshotWriter start(
      CheckpointSpec spec,
      FileSystem fs,
      Path dir,
      Peer self,
      long firstStep,
      long lastStep,
      ShardLog log,
      ThreadFactory threads) {
    ShardQueue queue = ShardQueue.start(spec, fs, dir, log, threads);
    return new SnapshotWriter(self, firstStep, lastStep, queue);
  }

  /** The next step to keep, 0 for none; safe from any thread. */
  public void announce(long step) {
    announced = step;
  }

  @Override
  public boolean isDue(long step) {
    return step > firstStep && (step == announced || step == lastStep);
  }

  @Override
  public void take(
      int group,
      long step,
      DirectBuffer parameters,
      List<? extends DirectBuffer> state,
      List<? extends DirectBuffer> codecState) {
    shardOf(step)
        .add(
            queue.copy(
                "group " + group + " of " + self,
                GroupSections.of(group, step, parameters, state, codecState)));
  }

  private OpenShard shardOf(long step) {
    for (OpenShard shard : open) {
      if (shard.step() == step) {
        return shard;
      }
    }
    OpenShard shard = queue.open(self, step);
    open.add(shard);
    return shard;
  }

  @Override
  public void complete() {
    open.forEach(OpenShard::end);
    open.clear();
  }

  @Override
  public void close() {
    queue.close();
  }
}
