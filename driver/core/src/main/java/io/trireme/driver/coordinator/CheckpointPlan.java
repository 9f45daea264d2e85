package io.trireme.driver.coordinator;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ShardReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the steps of which servers keep the state, one at a time, and finds out when their shards
 * make a checkpoint. A step is announced while it is still ahead, so that every server hears of it
 * before it gets there. One that was missed (training was faster than the announcement, or a server
 * was lost with a group that it alone had kept) is given up, and a later one is announced.
 *
 * <p>What makes a checkpoint, {@link CheckpointPieces} tells.
 */
public final class CheckpointPlan {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointPlan.class);

  /** Time in which an announcement reaches every server, and their news reaches us. */
  private static final long NEWS_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(2);
  private static final int MAX_DOUBLINGS = 8;

  private final CheckpointOptions options;
  private final TreeMap<Long, CheckpointPieces> pieces = new TreeMap<>();
  private final Deque<Complete> complete = new ArrayDeque<>();
  private final List<String> failures = new ArrayList<>();
  private long announced;
  private long newest;
  private long newestNs;

  /** Since when everybody is past the announced step; of no meaning before. */
  private long passedNs;

  private double stepNs;
  private long committed;
  private long takenNs;
  private long lastNewsNs;
  private boolean moving;
  private boolean urgent;
  private int missed;

  /** All shards of a checkpoint. */
  public record Complete(long step, List<CheckpointShard> files) {
    public Complete {
      files = List.copyOf(files);
    }
  }

  /** A plan for a run that has not begun. */
  public CheckpointPlan(CheckpointOptions options, long nowNs) {
    this.options = options;
    newest = options.firstStep();
    committed = options.firstStep();
    newestNs = nowNs;
    takenNs = nowNs;
    lastNewsNs = nowNs;
    choose(nowNs);
  }

  /** The step to keep next, besides the last one; 0 if none. */
  public long announced() {
    return announced;
  }

  /** Asks for a checkpoint as soon as there can be one. */
  public void request() {
    urgent = true;
    if (announced > newest + margin()) {
      announced = 0;
    }
  }

  /** Notes that somebody has got to a step. */
  void reached(long step, long nowNs) {
    if (step <= newest) {
      return;
    }
    double each = (double) (nowNs - newestNs) / (step - newest);
    stepNs = moving ? 0.8 * stepNs + 0.2 * each : each;
    moving = true;
    if (newest < announced + 2) {
      passedNs = nowNs;
    }
    newest = step;
    newestNs = nowNs;
  }

  /** Takes what an executor says. */
  void note(CheckpointReport report, long nowNs) {
    failures.addAll(report.failures());
    if (report.writing()) {
      lastNewsNs = nowNs;
    }
    for (ShardReport shard : report.shards()) {
      if (shard.step() > committed) {
        lastNewsNs = nowNs;
        note(shard);
      }
    }
  }

  private void note(ShardReport shard) {
    CheckpointPieces at =
        pieces.computeIfAbsent(
            shard.step(),
            unused -> new CheckpointPieces(options.groups(), options.residualSlots()));
    at.add(shard);
    List<CheckpointShard> files = at.takeComplete();
    if (files != null) {
      complete.add(new Complete(shard.step(), files));
    }
  }

  /** Gives up what was missed, and announces what is due. */
  void onTick(long nowNs) {
    if (announced != 0 && isMissed(nowNs)) {
      missed = Math.min(MAX_DOUBLINGS, missed + 1);
      LOG.info("the checkpoint of step {} is given up; training is at {}", announced, newest);
      announced = 0;
    }
    if (announced == 0) {
      choose(nowNs);
    }
  }

  private boolean isMissed(long nowNs) {
    CheckpointPieces known = pieces.get(announced);
    return (known == null || !known.isTold())
        && newest >= announced + 2
        && nowNs - Math.max(passedNs, lastNewsNs) > QUIET_NS;
  }

  private void choose(long nowNs) {
    long next = 0;
    if (urgent || isTimeUp(nowNs)) {
      next = newest + margin();
    } else if (options.everySteps() > 0) {
      long after = Math.max(committed, moving ? newest + margin() - 1 : newest);
      next = (after / options.everySteps() + 1) * options.everySteps();
    }
    if (next > 0 && next < options.lastStep()) {
      announced = next;
      takenNs = nowNs;
    }
  }

  private boolean isTimeUp(long nowNs) {
    return moving && options.everyNs() > 0 && nowNs - takenNs >= options.everyNs();
  }

  private long margin() {
    double ahead = stepNs <= 0 ? 1 : (double) (NEWS_NS << missed) / stepNs;
    return (long) Math.ceil(ahead) + (stepNs > 4 * NEWS_NS ? 0 : 1);
  }

  /** A checkpoint of which all shards are there, once; null if there is none. */
  public @Nullable Complete takeComplete() {
    return complete.poll();
  }

  /** Whether no more of a checkpoint is to be expected: nobody has had news for so long. */
  public boolean isQuiet(long nowNs, long quietNs) {
    return complete.isEmpty() && nowNs - Math.max(newestNs, lastNewsNs) > quietNs;
  }

  /** What could not be written since the last call. */
  public List<String> takeFailures() {
    List<String> taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }

  /** The step has a checkpoint now. */
  public void committed(long step) {
    committed = Math.max(committed, step);
    missed = 0;
    urgent = false;
    end(step);
  }

  /** The step has no checkpoint, and will have none in this run. */
  public void failed(long step) {
    end(step);
  }

  private void end(long step) {
    pieces.headMap(step, true).clear();
    if (announced != 0 && announced <= step) {
      announced = 0;
    }
  }

  /** The newest step that has a checkpoint; the first step of the run before there is one. */
  public long committed() {
    return committed;
  }
}
