package io.trireme.driver.spark;

import io.trireme.common.control.Membership;
import io.trireme.common.control.StepReport;
import io.trireme.common.control.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.worker.WorkerLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker's task and the executor's control thread meet: the task writes its progress, the
 * other reads it.
 */
final class WorkerSeat implements WorkerLoop.Observer {

  private final Peer self;
  private final Endpoint endpoint;
  private final RunSession session;
  private final ConcurrentLinkedQueue<StepReport> steps = new ConcurrentLinkedQueue<>();
  private int reported;
  private volatile boolean ready;
  private volatile boolean waiting;
  private volatile boolean finished;
  private volatile boolean left;
  private volatile @Nullable String failure;
  private volatile @Nullable WorkerLoop loop;

  WorkerSeat(Peer self, Endpoint endpoint, RunSession session) {
    this.self = self;
    this.endpoint = endpoint;
    this.session = session;
  }

  Peer self() {
    return self;
  }

  /** The generation in which this life is a member; null until there is one. */
  @Nullable Membership membership() {
    Membership known = session.membership();
    if (known == null) {
      return null;
    }
    return known.workers().stream().anyMatch(worker -> worker.peer().equals(self)) ? known : null;
  }

  void follow(WorkerLoop running) {
    loop = running;
  }

  @Override
  public void onStep(StepReport step) {
    waiting = true;
    steps.add(step);
  }

  @Override
  public void onCompute() {
    waiting = false;
  }

  @Override
  public void checkRunning() {
    session.checkRunning();
  }

  /** The final parameters are there. */
  void finish() {
    finished = true;
  }

  /** The worker has loaded what it needs and waits to become a member. */
  void ready() {
    waiting = true;
    ready = true;
  }

  /** Whether the coordinator is to know of it. */
  boolean isShown() {
    return ready || failure != null;
  }

  /** The task has failed. */
  void fail(String why) {
    failure = why;
  }

  /** Whether there is something left to report after the task. */
  boolean isToBeReported() {
    return finished || failure != null;
  }

  /** The task no longer uses the session. */
  void leave() {
    left = true;
  }

  boolean hasLeft() {
    return left;
  }

  /** Forgets the steps of the last report, which has arrived. */
  void acknowledge() {
    for (; reported > 0; reported--) {
      steps.remove();
    }
  }

  WorkerReport report() {
    // Read before the steps, so that a finished worker's last step is among them.
    boolean done = finished;
    String why = failure;
    List<StepReport> taken = new ArrayList<>(steps);
    reported = taken.size();
    WorkerLoop running = loop;
    String waitsFor = running == null ? self + " has not started" : running.waitsFor();
    return new WorkerReport(
        self.index(), self.incarnation(), endpoint, waiting, waitsFor, done, taken, why);
  }
}
