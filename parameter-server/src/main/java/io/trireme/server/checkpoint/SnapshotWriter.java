package io.trireme.server.checkpoint;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.ShardHeader;
import io.trireme.common.checkpoint.ShardWriter;
import io.trireme.common.control.CheckpointSpec;
import io.trireme.common.control.ShardReport;
import io.trireme.common.wire.Peer;
import io.trireme.server.protocol.Snapshots;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one server's shards on a thread of its own, while the server trains on: a group is copied
 * when it is taken, and written whenever the file system is ready for it. What cannot be written is
 * told, and that checkpoint does without it.
 */
public final class SnapshotWriter implements Snapshots, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);
  private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(5);

  private final CheckpointSpec spec;
  private final FileSystem fs;
  private final CheckpointFolder folder;
  private final Peer self;
  private final long firstStep;
  private final long lastStep;
  private final ShardLog log;
  private final SnapshotPool pool = new SnapshotPool();
  private final BlockingQueue<OpenShard> queue = new LinkedBlockingQueue<>();
  private final List<OpenShard> open = new ArrayList<>();
  private final Thread thread;
  private int files;
  private volatile long announced;
  private volatile boolean closed;

  private SnapshotWriter(
      CheckpointSpec spec,
      FileSystem fs,
      Path dir,
      Peer self,
      long firstStep,
      long lastStep,
      ShardLog log,
      ThreadFactory threads) {
    this.spec = spec;
    this.fs = fs;
    this.folder = new CheckpointFolder(fs, dir, spec.job());
    this.self = self;
    this.firstStep = firstStep;
    this.lastStep = lastStep;
    this.log = log;
    this.thread = threads.newThread(this::run);
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
    SnapshotWriter writer =
        new SnapshotWriter(spec, fs, dir, self, firstStep, lastStep, log, threads);
    writer.thread.start();
    return writer;
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
      int group, long step, DirectBuffer parameters, List<? extends DirectBuffer> state) {
    OpenShard shard = shardOf(step);
    List<UnsafeBuffer> copies = new ArrayList<>();
    try {
      copies.add(pool.copy(parameters));
      for (DirectBuffer part : state) {
        copies.add(pool.copy(part));
      }
      shard.add(group, copies);
    } catch (OutOfMemoryError e) {
      copies.forEach(pool::giveBack);
      log.failed(
          "%s has no memory for a copy of group %d at step %d (%s); give executors more with"
                  .formatted(self, group, step, e.getMessage())
              + " -XX:MaxDirectMemorySize");
    }
  }

  private OpenShard shardOf(long step) {
    for (OpenShard shard : open) {
      if (shard.step() == step) {
        return shard;
      }
    }
    OpenShard shard = new OpenShard(step, pool);
    open.add(shard);
    log.begin();
    queue.add(shard);
    return shard;
  }

  @Override
  public void complete() {
    open.forEach(OpenShard::end);
    open.clear();
  }

  private void run() {
    while (!closed) {
      OpenShard shard = next();
      if (shard == null) {
        return;
      }
      try {
        write(shard);
      } finally {
        shard.drop();
        log.end();
      }
    }
  }

  private @Nullable OpenShard next() {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      return null;
    }
  }

  private void write(OpenShard shard) {
    ShardHeader header = new ShardHeader(spec.job(), shard.step(), spec.attempt(), self.index());
    files++;
    String name = header.fileName(Long.toHexString(self.incarnation()) + "x" + files);
    try {
      Path step = folder.stepFolder(shard.step());
      log.written(new ShardReport(shard.step(), ShardWriter.write(fs, step, header, name, shard)));
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        LOG.warn("{}: checkpoint of step {}: {}", self, shard.step(), e.toString());
        log.failed("checkpoint of step " + shard.step() + ": " + e.getMessage());
      }
    }
  }

  /** Stops; a file that is being written is deleted if it cannot be ended in some seconds. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (OpenShard shard = queue.poll(); shard != null; shard = queue.poll()) {
      shard.drop();
      log.end();
    }
    pool.close();
  }
}
