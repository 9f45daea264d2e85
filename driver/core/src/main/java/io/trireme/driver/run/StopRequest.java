package io.trireme.driver.run;

import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.spark.CoordinatorGuard;
import java.util.concurrent.TimeUnit;

/** What a run does when it is asked to stop: it writes a checkpoint, then ends. */
final class StopRequest {

  /** The most that a stop may take: SIGTERM is often followed by SIGKILL 30 s later. */
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(25);

  private final StopSwitch stop;
  private final boolean withCheckpoint;
  private final TrainingListener listener;
  private boolean stopping;
  private long sinceNs;
  private long newestBefore;

  /**
   * A request that has not come.
   *
   * @param withCheckpoint whether a checkpoint can be written; without it the run takes no requests
   */
  StopRequest(StopSwitch stop, boolean withCheckpoint, TrainingListener listener) {
    this.stop = stop;
    this.withCheckpoint = withCheckpoint;
    this.listener = listener;
  }

  /** Training has begun: from now on a request is taken. */
  void listen() {
    stop.listen(withCheckpoint);
  }

  /**
   * Begins to stop if that was asked for.
   *
   * @throws StoppedException once the checkpoint is there, or its time is over
   */
  void turn(CoordinatorGuard run, long nowNs) {
    if (!stop.isRequested()) {
      return;
    }
    long committed = Checkpointer.committed(run);
    if (!stopping) {
      listener.warning("SIGTERM: writing a checkpoint before stopping");
      newestBefore = committed;
      run.tell(coordinator -> coordinator.checkpoints().request());
    } else if (committed > newestBefore) {
      throw stoppedAfter(committed);
    } else if (isOverdue(nowNs)) {
      throw new StoppedException(
          "stopped by SIGTERM; no checkpoint could be written in "
              + TimeUnit.NANOSECONDS.toSeconds(DEADLINE_NS)
              + " s, the newest is that of step "
              + newestBefore);
    }
    begin(nowNs);
  }

  /** Whether a stop was asked for so long ago that the run must end now. */
  boolean isOverdue(long nowNs) {
    if (!stop.isRequested()) {
      return false;
    }
    begin(nowNs);
    return nowNs - sinceNs > DEADLINE_NS;
  }

  private void begin(long nowNs) {
    if (!stopping) {
      stopping = true;
      sinceNs = nowNs;
    }
  }

  /**
   * From here on the switch is not looked at: SIGTERM ends the process at once. A request that has
   * come already ends the run now.
   *
   * @param committed the step of the newest checkpoint
   */
  void takeNoMore(long committed) {
    stop.listen(false);
    if (stop.isRequested()) {
      throw stoppedAfter(committed);
    }
  }

  private static StoppedException stoppedAfter(long step) {
    return new StoppedException(
        step == 0
            ? "stopped by SIGTERM before there was a checkpoint"
            : "stopped by SIGTERM after a checkpoint of step "
                + step
                + "; the same command, without --resume and --overwrite, goes on from there");
  }
}
