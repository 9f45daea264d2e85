package io.trireme.worker;

import io.trireme.common.control.Membership;
import io.trireme.common.control.StepReport;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.worker.protocol.WorkerCore;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

/**
 * Trains on the calling thread: computes, pushes, and waits for parameters, step by step, until the
 * last one is done.
 */
public final class WorkerLoop implements AutoCloseable {

  private static final int FRAMES_PER_POLL = 16;
  private static final int TURNS_PER_NOTE = 4096;
  private static final int TURNS_PER_CHECK = 256;

  /** Follows a worker's progress, on the worker's thread. */
  public interface Observer {
    /** The parameters of a step are there; its gradients are computed now. */
    void onCompute();

    /** A step's gradients were computed and sent. */
    void onStep(StepReport step);

    /**
     * Called often, whenever the worker waits.
     *
     * @throws RuntimeException if the job is over, with the reason
     */
    void checkRunning();
  }

  private final WorkerCore core;
  private final SecureReceiver receiver;
  private final SlotPlan plan;
  private final SlotFolder folder;
  private final long lastStep;
  private final NanoClock clock;
  private final IdleStrategy idle;
  private int turns;
  private volatile String waitsFor = "starting";

  /** A loop over parts that it does not own, but for what it allocates itself. */
  public WorkerLoop(
      WorkerCore core,
      SecureReceiver receiver,
      SlotPlan plan,
      SlotComputer computer,
      int vectorLength,
      long lastStep,
      NanoClock clock,
      IdleStrategy idle) {
    this.core = core;
    this.receiver = receiver;
    this.plan = plan;
    this.folder = new SlotFolder(plan, computer, vectorLength);
    this.lastStep = lastStep;
    this.clock = clock;
    this.idle = idle;
  }

  /** Admits the generation's servers and connects to them. */
  public void enter(Membership membership, Connector connector) {
    membership.servers().forEach(server -> receiver.admit(server.peer()));
    core.enter(membership, connector);
  }

  /**
   * Computes every step up to the last, and returns when the final parameters are there.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void run(Observer observer) throws InterruptedException {
    while (true) {
      long waitStart = clock.nanoTime();
      while (!core.isReady()) {
        turn(observer);
      }
      long step = core.awaitedStep();
      if (step == lastStep) {
        return;
      }
      long waitNs = clock.nanoTime() - waitStart;
      core.beginStep();
      observer.onCompute();
      long computeNs = computeAndPush(step, observer);
      report(step, computeNs, waitNs, observer);
    }
  }

  private long computeAndPush(long step, Observer observer) throws InterruptedException {
    long computeNs = 0;
    List<TreeNode> nodes = core.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      long start = clock.nanoTime();
      DirectBuffer sum = folder.fold(step, nodes.get(i));
      computeNs += clock.nanoTime() - start;
      core.push(nodes.get(i), sum);
      while (!core.isPushed(clock.nanoTime())) {
        turn(observer);
      }
    }
    return computeNs;
  }

  private void turn(Observer observer) throws InterruptedException {
    int work = core.pump(clock.nanoTime());
    work += receiver.poll(FRAMES_PER_POLL);
    turns++;
    if (turns % TURNS_PER_NOTE == 0) {
      waitsFor = core.waitsFor();
    }
    if (work == 0 || turns % TURNS_PER_CHECK == 0) {
      observer.checkRunning();
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while " + core.waitsFor());
      }
    }
    idle.idle(work);
  }

  private void report(long step, long computeNs, long waitNs, Observer observer) {
    int examples = 0;
    for (int i = 0; i < core.nodes().size(); i++) {
      TreeNode node = core.nodes().get(i);
      examples += plan.offsetOfSlot(step, node.hi()) - plan.offsetOfSlot(step, node.lo());
    }
    observer.onStep(
        new StepReport(
            step,
            examples,
            folder.takeScoreSum(),
            computeNs,
            waitNs,
            core.sentBytes(),
            receiver.receivedBytes()));
  }

  /** What it waits for, in words; safe from any thread, though what it says may be a moment old. */
  public String waitsFor() {
    return waitsFor;
  }

  @Override
  public void close() {
    folder.close();
  }
}
