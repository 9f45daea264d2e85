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
public final class ScheduledCheckpoints implements CheckpointPlan {

  private static final Logger LOG = LoggerFactory.getLogger(ScheduledCheckpoints.class);

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

  /** Since when all are past the announced step; of no meaning before. */
  private long passedNs;

  private double stepNs;
  private long committed;
  private long takenNs;
  private long lastNewsNs;
  private boolean moving;
  private boolean urgent;
  private int missed;

  /** A plan for a run that has not begun. */
  public ScheduledCheckpoints(CheckpointOptions options, long nowNs) {
    this.options = options;
    newest = options.steps().first();
    committed = options.steps().first();
    newestNs = nowNs;
    takenNs = nowNs;
    lastNewsNs = nowNs;
    choose(nowNs);
  }

  @Override
  public long announced() {
    return announced;
  }

  @Override
  public void request() {
    urgent = true;
    if (announced > newest + margin()) {
      announced = 0;
    }
  }

  @Override
  public void reached(long step, long nowNs) {
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

  @Override
  public void note(CheckpointReport report, long nowNs) {
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

  @Override
  public void onTick(long nowNs) {
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
    if (next > 0 && next < options.steps().last()) {
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

  @Override
  public @Nullable Complete takeComplete() {
    return complete.poll();
  }

  @Override
  public boolean isQuiet(long nowNs, long quietNs) {
    return complete.isEmpty() && nowNs - Math.max(newestNs, lastNewsNs) > quietNs;
  }

  @Override
  public List<String> takeFailures() {
    List<String> taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }

  @Override
  public void committed(long step) {
    committed = Math.max(committed, step);
    missed = 0;
    urgent = false;
    end(step);
  }

  @Override
  public void failed(long step) {
    end(step);
  }

  private void end(long step) {
    pieces.headMap(step, true).clear();
    if (announced != 0 && announced <= step) {
      announced = 0;
    }
  }

  @Override
  public long committed() {
    return committed;
  }
}
