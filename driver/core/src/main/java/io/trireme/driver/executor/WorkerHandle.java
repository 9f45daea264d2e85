package io.trireme.driver.executor;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Inbox;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Peer;
import io.trireme.worker.WorkerLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a worker, as its task and the executor's control thread share it: the task
 * writes its progress, the control thread reads it.
 */
final class WorkerHandle implements WorkerLoop.Observer {

  private final Peer self;
  private final ExecutorRun run;
  private final Inbox inbox;
  private final ConcurrentLinkedQueue<StepReport> steps = new ConcurrentLinkedQueue<>();
  private int reported;
  private int enteredGeneration;
  private volatile @Nullable Membership next;
  private volatile boolean ready;
  private volatile boolean waiting;
  private volatile boolean finished;
  private volatile boolean left;
  private volatile boolean fenced;
  private volatile @Nullable EncodingReport lastEncoding;
  private volatile int broken;
  private volatile @Nullable FailureReport failure;
  private volatile @Nullable WorkerLoop loop;

  WorkerHandle(Peer self, Transport transport, ExecutorRun run) {
    this.self = self;
    this.run = run;
    this.inbox = new Inbox(transport);
  }

  Peer self() {
    return self;
  }

  /**
   * Seals for a generation and learns of the one that is formed; called by the control thread, so
   * that the others do not wait for a worker that computes.
   */
  void follow(int forming, @Nullable Membership membership) {
    if (left || fenced || finished) {
      return;
    }
    if (ready && inbox.seal(forming)) {
      next = null;
    }
    if (membership != null && membership.generation() == inbox.sealed() && membership.has(self)) {
      next = membership;
    }
  }

  @Override
  public boolean hasEntry() {
    Membership formed = next;
    return formed != null && formed.generation() > enteredGeneration;
  }

  @Override
  public WorkerLoop.@Nullable Entry takeEntry() {
    Membership formed = next;
    Inbound inbound = formed == null ? null : inbox.take(formed.generation());
    if (formed == null || inbound == null) {
      return null;
    }
    enteredGeneration = formed.generation();
    return new WorkerLoop.Entry(formed, inbound);
  }

  /** This incarnation is no member any more, and never will be again. */
  void fence() {
    fenced = true;
  }

  boolean isFenced() {
    return fenced;
  }

  @Override
  public void onBroken(int generation) {
    broken = generation;
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

  /** Reading residuals may take a while, in which it is busy rather than stuck. */
  @Override
  public void onEnter() {
    waiting = false;
  }

  @Override
  public void onEntered() {
    waiting = true;
  }

  @Override
  public void checkRunning() {
    run.checkRunning();
    // Where the executor ends, another incarnation would not last: its task waits for the end.
    if (fenced && !run.isLeaving()) {
      throw new FencedException(self + " is no member of the run any more");
    }
  }

  @Override
  public boolean isLeaving() {
    return run.isLeaving();
  }

  @Override
  public void onLeft(EncodingReport encoding) {
    waiting = true;
    lastEncoding = encoding;
  }

  /** Whether it is, or may become, a member, so that the run would lose it. */
  boolean isMember() {
    return ready && !left && !fenced && !finished && failure == null;
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
  void fail(FailureReport why) {
    failure = why;
  }

  /** Whether there is something left to report after the task. */
  boolean isToBeReported() {
    return finished || failure != null;
  }

  /** The task no longer uses the run. */
  void leave() {
    left = true;
    inbox.close();
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
    EncodingReport last = lastEncoding;
    FailureReport why = failure;
    List<StepReport> taken = new ArrayList<>(steps);
    reported = taken.size();
    WorkerLoop running = loop;
    String waitsFor = running == null ? self + " has not started" : running.waitsFor();
    int sealed = inbox.sealed();
    return new WorkerReport(
        self,
        sealed,
        inbox.endpoint(),
        waiting,
        sealed > 0 && broken == sealed,
        running == null ? 0 : running.moved(),
        waitsFor,
        done,
        taken,
        last,
        why);
  }
}
