package io.trireme.worker.protocol;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.Membership;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.LinkKeys;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejections;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a worker, from generation to generation, step by step: gathers parameters, has
 * the gradient of its slots computed, pushes it. Entering a generation drops what was under way.
 * For one thread.
 */
public final class WorkerIncarnation implements AutoCloseable {

  private static final int FRAMES_PER_POLL = 16;

  /** What a worker's life calls for, and tells, on its own thread. */
  public interface Computer {
    /** The parameters of a step are there; its gradients are computed next. */
    void onBegin(int generation, long step);

    /**
     * The sum over a node's slots of their gradients, which stays as it is until the next call;
     * null if the life is to enter another generation first.
     */
    @Nullable DirectBuffer compute(long step, TreeNode node);

    /** A step's gradients have left. */
    void onPushed(int generation, long step);
  }

  /** What it does in its next turn. */
  private enum Phase {
    OUTSIDE,
    GATHERING,
    COMPUTING,
    PUSHING,
    LEFT,
    FINISHED
  }

  private final WorkerOptions options;
  private final LinkKeys key;
  private final Transport transport;
  private final Rejections rejections;
  private final Computer computer;
  private final ResidualStore residuals;
  private final WorkerCore core;
  private @Nullable SecureReceiver receiver;
  private Phase phase = Phase.OUTSIDE;
  private int generation;
  private int node;
  private long receivedBefore;
  private long takenBefore;
  private boolean leaving;

  /**
   * A life that has entered no generation yet.
   *
   * @param residuals takes its residuals at steps that are due, and has those that it begins with
   */
  public WorkerIncarnation(
      WorkerOptions options,
      LinkKeys key,
      Transport transport,
      MutableDirectBuffer parameters,
      Rejections rejections,
      Computer computer,
      ResidualStore residuals) {
    this.residuals = residuals;
    this.options = options;
    this.key = key;
    this.transport = transport;
    this.rejections = rejections;
    this.computer = computer;
    core = new WorkerCore(options, parameters, rejections);
  }

  /** Enters a generation of which it is a member, and owns its receiving end from now on. */
  public void enter(Membership membership, Inbound inbound) {
    SecureReceiver old = receiver;
    receiver = null;
    if (old != null) {
      receivedBefore += old.receivedBytes();
      takenBefore += old.taken();
      old.close();
    }
    Peer self = options.self();
    generation = membership.generation();
    int entered = generation;
    receiver =
        new SecureReceiver(
            key, entered, self, membership.peers(), inbound, rejections, core.intake());
    core.enter(
        membership,
        (to, where) -> new SecureSender(key, entered, self, to, where, transport.connect(where)));
    if (phase == Phase.OUTSIDE || (phase != Phase.LEFT && core.restores())) {
      core.restore(residuals);
    }
    if (phase != Phase.LEFT) {
      phase = Phase.GATHERING;
    }
  }

  /**
   * It is to leave in good order: with the first step that it begins from now on it hands over what
   * its encoders keep back, and when that is counted it computes no more.
   */
  public void leave() {
    leaving = true;
    if (phase == Phase.OUTSIDE) {
      phase = Phase.LEFT;
    }
  }

  /** Whether it has left: all that it sent is counted. */
  public boolean hasLeft() {
    return phase == Phase.LEFT;
  }

  /** Does a bounded piece of work, or computes one node; returns how much was done. */
  public int turn(long nowNs) {
    return switch (phase) {
      case OUTSIDE, LEFT, FINISHED -> 0;
      case GATHERING -> gather();
      case COMPUTING -> compute();
      case PUSHING -> push(nowNs);
    };
  }

  private int gather() {
    SecureReceiver input = receiver;
    int work = input == null ? 0 : input.poll(FRAMES_PER_POLL);
    if (!core.intake().isReady()) {
      return work;
    }
    core.keep(residuals);
    if (core.intake().awaitedStep() == options.lastStep()) {
      phase = Phase.FINISHED;
      return work;
    }
    if (leaving && core.mayLeave()) {
      phase = Phase.LEFT;
      return work + 1;
    }
    computer.onBegin(generation, core.intake().awaitedStep());
    if (leaving) {
      core.beginLastStep();
    } else {
      core.beginStep();
    }
    node = 0;
    phase = Phase.COMPUTING;
    return work + 1;
  }

  private int compute() {
    TreeNode next = core.nodes().get(node);
    DirectBuffer sum = computer.compute(core.intake().awaitedStep() - 1, next);
    if (sum == null) {
      return 0;
    }
    core.push(next, sum);
    phase = Phase.PUSHING;
    return 1;
  }

  private int push(long nowNs) {
    int work = core.outbox().pump(nowNs);
    if (!core.outbox().isPushed(nowNs)) {
      return work;
    }
    node++;
    if (node < core.nodes().size()) {
      phase = Phase.COMPUTING;
    } else {
      phase = Phase.GATHERING;
      computer.onPushed(generation, core.intake().awaitedStep() - 1);
    }
    return work + 1;
  }

  /** Whether the final parameters are there. */
  public boolean isFinished() {
    return phase == Phase.FINISHED;
  }

  /** Whether it waits for others. */
  public boolean isWaiting() {
    return phase != Phase.COMPUTING;
  }

  /** The step whose parameters it has or gathers. */
  public long step() {
    return core.intake().awaitedStep();
  }

  /** Whether a session to it has lost something in this generation. */
  public boolean isBroken() {
    SecureReceiver input = receiver;
    return input != null && input.hasGap();
  }

  /** What it waits for, in words. */
  public String waitsFor(long nowNs) {
    return phase == Phase.OUTSIDE
        ? options.self() + " waits for a generation"
        : core.waitsFor(nowNs);
  }

  /** The nodes of the reduction tree that it computes in each step of this generation. */
  public Iterable<TreeNode> nodes() {
    return core.nodes();
  }

  /** What became of the gradients in this life. */
  public EncodingReport encoding() {
    return core.encoding();
  }

  /** Where the gradient of the step begun last was no number; null if it was one. */
  public @Nullable String nonFinite() {
    return core.outbox().nonFinite();
  }

  /**
   * What the encoders of its nodes remember, by node and block; to be read or written between two
   * steps. Empty where all blocks travel plain.
   */
  public List<Residual> residuals() {
    return core.residuals();
  }

  /** Bytes of frames sent in this life. */
  public long sentBytes() {
    return core.outbox().sentBytes();
  }

  /** Bytes of frames received in this life. */
  public long receivedBytes() {
    SecureReceiver input = receiver;
    return receivedBefore + (input == null ? 0 : input.receivedBytes());
  }

  /** Messages of servers that were taken in this life. */
  public long taken() {
    SecureReceiver input = receiver;
    return takenBefore + (input == null ? 0 : input.taken());
  }

  @Override
  public void close() {
    CloseHelper.closeAll(receiver, core);
  }
}
