package io.trireme.worker;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.StepReport.Score;
import io.trireme.common.message.StepReport.Times;
import io.trireme.common.message.StepReport.Traffic;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Rejections;
import io.trireme.worker.protocol.ResidualStore;
import io.trireme.worker.protocol.WorkerIncarnation;
import io.trireme.worker.protocol.WorkerOptions;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Trains on the calling thread: runs a {@link WorkerIncarnation} through the generations that it is
 * handed, until the last step is done.
 */
public final class WorkerLoop implements WorkerIncarnation.Computer, AutoCloseable {

  private static final int TURNS_PER_NOTE = 4096;
  private static final int TURNS_PER_CHECK = 256;

  /** A generation to enter. */
  public record Entry(Membership membership, Inbound inbound) {}

  /** Hands the loop its generations and follows its progress, on the worker's thread. */
  public interface Observer {
    /** Whether another generation is to be entered; asked often, so quick. */
    boolean hasEntry();

    /** The generation to enter next, once; null if there is none. */
    @Nullable Entry takeEntry();

    /** The parameters of a step are there; its gradients are computed now. */
    void onCompute();

    /** It is about to enter a generation, for which it may have residuals to read. */
    default void onEnter() {}

    /** It has entered a generation, and waits for others. */
    default void onEntered() {}

    /** A step's gradients were computed and sent. */
    void onStep(StepReport step);

    /** Whether this worker is to leave in good order; asked often, so quick. */
    default boolean isLeaving() {
      return false;
    }

    /** It has left: all that it sent is counted. What its gradients have become by then. */
    default void onLeft(EncodingReport encoding) {}

    /** A session has lost something in this generation. */
    void onBroken(int generation);

    /**
     * Called often, whenever the worker waits.
     *
     * @throws RuntimeException if this incarnation is over, with the reason
     */
    void checkRunning();
  }

  private final SlotPlan plan;
  private final SlotFolder folder;
  private final NanoClock clock;
  private final IdleStrategy idle;
  private final Observer observer;
  private final StepTimes times;
  private final WorkerIncarnation incarnation;
  private int slotFrom;
  private int slotTo;
  private int generation;
  private int turns;
  private boolean left;
  private volatile String waitsFor = "starting";
  private volatile long moved;

  /**
   * A loop over parts that it does not own, but for what it allocates itself.
   *
   * @param residuals takes residuals at steps that are due, and has those to begin with
   */
  public WorkerLoop(
      WorkerOptions options,
      JobKey key,
      Transport transport,
      MutableDirectBuffer parameters,
      SlotPlan plan,
      SlotComputer computer,
      int vectorLength,
      NanoClock clock,
      IdleStrategy idle,
      Observer observer,
      ResidualStore residuals) {
    this.plan = plan;
    this.clock = clock;
    this.times = new StepTimes(clock);
    this.idle = idle;
    this.observer = observer;
    this.folder = new SlotFolder(plan, computer, vectorLength, observer::hasEntry);
    this.incarnation =
        new WorkerIncarnation(
            options, key, transport, parameters, new Rejections(), this, residuals);
  }

  /**
   * Computes every step up to the last, and returns when the final parameters are there.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void run() throws InterruptedException {
    times.startWaiting();
    while (!incarnation.isFinished()) {
      if (!left) {
        leaveOrEnter();
      }
      int work = incarnation.turn(clock.nanoTime());
      if (incarnation.hasLeft() && !left) {
        left = true;
        observer.onLeft(incarnation.encoding());
      }
      turns++;
      if (turns % TURNS_PER_NOTE == 0) {
        waitsFor = incarnation.waitsFor(clock.nanoTime());
        moved = incarnation.taken();
        if (incarnation.isBroken()) {
          observer.onBroken(generation);
        }
      }
      if (work == 0 || turns % TURNS_PER_CHECK == 0) {
        observer.checkRunning();
        if (Thread.interrupted()) {
          throw new InterruptedException(
              "interrupted while " + incarnation.waitsFor(clock.nanoTime()));
        }
      }
      idle.idle(work);
    }
  }

  private void leaveOrEnter() {
    enterNext();
    if (observer.isLeaving()) {
      incarnation.leave();
    }
  }

  private void enterNext() {
    if (!observer.hasEntry()) {
      return;
    }
    Entry entry = observer.takeEntry();
    if (entry != null) {
      observer.onEnter();
      incarnation.enter(entry.membership(), entry.inbound());
      observer.onEntered();
      generation = entry.membership().generation();
      slotFrom = Integer.MAX_VALUE;
      slotTo = 0;
      for (TreeNode node : incarnation.nodes()) {
        slotFrom = Math.min(slotFrom, node.lo());
        slotTo = Math.max(slotTo, node.hi());
      }
    }
  }

  @Override
  public void onBegin(int entered, long step) {
    times.begin();
    folder.forgetScores();
    observer.onCompute();
  }

  @Override
  public @Nullable DirectBuffer compute(long step, TreeNode node) {
    long start = clock.nanoTime();
    DirectBuffer sum = folder.fold(step, node);
    times.addCompute(start);
    return sum;
  }

  @Override
  public void onPushed(int entered, long step) {
    times.startWaiting();
    String nonFinite = incarnation.nonFinite();
    int examples = plan.offsetOfSlot(step, slotTo) - plan.offsetOfSlot(step, slotFrom);
    observer.onStep(
        new StepReport(
            entered,
            step,
            new SlotRange(slotFrom, slotTo),
            nonFinite == null ? new Score(examples, folder.scoreSum()) : new Score(0, 0),
            new Times(times.computeNs(), times.sendNs(), times.waitNs()),
            new Traffic(
                incarnation.sentBytes(), incarnation.receivedBytes(), incarnation.encoding()),
            nonFinite));
  }

  /** What it waits for, in words; safe from any thread, though what it says may be a moment old. */
  public String waitsFor() {
    return waitsFor;
  }

  /** Messages that it has taken; safe from any thread, though it may be a moment old. */
  public long moved() {
    return moved;
  }

  @Override
  public void close() {
    CloseHelper.closeAll(incarnation, folder);
  }
}
