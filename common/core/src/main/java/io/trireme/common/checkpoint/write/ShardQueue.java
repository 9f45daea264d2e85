package io.trireme.common.checkpoint.write;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.CheckpointShardHeader;
import io.trireme.common.checkpoint.CheckpointShardWriter;
import io.trireme.common.checkpoint.Section;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.ShardReport;
import io.trireme.common.message.ShardReport.SlotShare;
import io.trireme.common.wire.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes shards on a thread of its own, one after the other, while their owners train on. What
 * cannot be written is told, and that checkpoint does without it.
 */
public final class ShardQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ShardQueue.class);
  private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(5);

  private final CheckpointSpec spec;
  private final FileSystem fs;
  private final CheckpointFolder folder;
  private final ShardLog log;
  private final SnapshotPool pool = new SnapshotPool();
  private final BlockingQueue<OpenShard> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private int files;
  private volatile boolean closed;

  private ShardQueue(
      CheckpointSpec spec, FileSystem fs, Path dir, ShardLog log, ThreadFactory threads) {
    this.spec = spec;
    this.fs = fs;
    this.folder = new CheckpointFolder(fs, dir, spec.job());
    this.log = log;
    this.thread = threads.newThread(this::run);
  }

  /**
   * Starts a queue.
   *
   * @param dir folder of the job's checkpoints
   * @param log is told what was written
   */
  public static ShardQueue start(
      CheckpointSpec spec, FileSystem fs, Path dir, ShardLog log, ThreadFactory threads) {
    ShardQueue queue = new ShardQueue(spec, fs, dir, log, threads);
    queue.thread.start();
    return queue;
  }

  /** Begins a server's shard, to which sections are added until its end. */
  public OpenShard open(Peer server, long step) {
    return enqueue(new OpenShard(server, step, null, pool));
  }

  /**
   * Writes a worker's shard; does nothing if there is no memory for a copy, but for telling so.
   *
   * @param slots which slots' residuals they are
   * @param live what is copied before this returns
   */
  public void write(Peer worker, long step, SlotShare slots, List<Section> live) {
    List<Section> copies = copy(worker + "'s residuals", live);
    if (!copies.isEmpty()) {
      OpenShard shard = enqueue(new OpenShard(worker, step, slots, pool));
      shard.add(copies);
      shard.end();
    }
  }

  private OpenShard enqueue(OpenShard shard) {
    log.begin();
    queue.add(shard);
    return shard;
  }

  /**
   * The same sections on memory of the pool; none if there is not enough for all.
   *
   * @param what they are, for the message that says so
   */
  public List<Section> copy(String what, List<Section> live) {
    List<Section> copies = new ArrayList<>(live.size());
    try {
      for (Section section : live) {
        copies.add(new Section(section.id(), section.step(), pool.copy(section.bytes())));
      }
      return copies;
    } catch (OutOfMemoryError e) {
      for (Section copy : copies) {
        if (copy.bytes() instanceof UnsafeBuffer bytes) {
          pool.giveBack(bytes);
        }
      }
      log.failed(
          String.format(
                  Locale.ROOT,
                  "there is no memory for a copy of %s at step %d (%s); give executors more with",
                  what,
                  live.get(0).step(),
                  e.getMessage())
              + " -XX:MaxDirectMemorySize");
      return List.of();
    }
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
    Peer owner = shard.owner();
    CheckpointShardHeader header =
        new CheckpointShardHeader(spec.job(), shard.step(), spec.attempt(), owner.id());
    files++;
    String name = header.fileName(Long.toHexString(owner.incarnation()) + "x" + files);
    try {
      Path step = folder.stepFolder(shard.step());
      log.written(
          new ShardReport(
              shard.step(),
              CheckpointShardWriter.write(fs, step, header, name, shard),
              shard.slots()));
    } catch (IOException | RuntimeException e) {
      failed(shard, e, e.getMessage());
    } catch (Error e) {
      // Such as a class or a native thread that the file system lacks: later shards need this
      // thread.
      failed(shard, e, e.toString());
    }
  }

  private void failed(OpenShard shard, Throwable e, @Nullable String why) {
    if (!closed) {
      LOG.warn("{}: checkpoint of step {}: {}", shard.owner(), shard.step(), e.toString());
      log.failed("checkpoint of step " + shard.step() + ": " + why);
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
