package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One worker in one generation: pulls the parameters of a step straight into the model's own
 * vector, and pushes contributions. The caller computes gradients in between:
 *
 * <pre>
 *   until intake().isReady(): poll
 *   beginStep(); for each of nodes(): compute; push(node, gradient);
 *     until outbox().isPushed(now): outbox().pump(now)
 * </pre>
 *
 * <p>It must not poll while it computes or pushes: parameters of the next step, which come as soon
 * as servers know that this worker has begun, are written over those that it computes with.
 */
final class WorkerCore implements AutoCloseable {

  private final WorkerOptions options;
  private final GradientEncoders encoders;
  private final ParameterIntake intake;
  private final GradientOutbox outbox;
  private List<TreeNode> nodes = List.of();
  private @Nullable WorkerMember member;

  /** Where slots are streams, the first step that each of this worker's is to be computed for. */
  private final Map<TreeNode, Long> slotSteps = new LinkedHashMap<>();

  private int generation;
  private long step;

  /**
   * A worker that writes parameters into this vector of little-endian floats, and counts the
   * messages that it drops.
   */
  WorkerCore(WorkerOptions options, MutableDirectBuffer parameters, Rejections rejections) {
    this.options = options;
    encoders = new GradientEncoders(options.plan(), options.compression());
    intake = new ParameterIntake(options, parameters, rejections, encoders::scale);
    outbox = new GradientOutbox(options, encoders);
  }

  /** The parameters of the awaited step; takes the messages of servers. */
  ParameterIntake intake() {
    return intake;
  }

  /** The contribution that is being sent. */
  GradientOutbox outbox() {
    return outbox;
  }

  /**
   * Enters a generation, and drops what was under way: learns its slots, connects to the servers,
   * and awaits the parameters of the generation's first step.
   */
  void enter(Membership membership, Connector connector) {
    outbox.close();
    generation = membership.generation();
    WorkerMember self =
        membership.workers().stream()
            .filter(worker -> worker.peer().equals(options.self()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        options.self() + " is no member of generation " + generation));
    member = self;
    nodes = options.tree().cover(self.slotFrom(), self.slotTo());
    slotSteps.clear();
    if (options.streams()) {
      for (int slot = self.slotFrom(); slot < self.slotTo(); slot++) {
        slotSteps.put(new TreeNode(slot, slot + 1), membership.firstStepOf(slot));
      }
      nodes = List.copyOf(slotSteps.keySet());
    }
    CompressionSchedule schedule =
        CompressionSchedule.of(options.compression(), membership.codecs());
    long firstStep = membership.firstStepOf(self);
    encoders.enter(nodes, schedule, membership::lacks);
    step = firstStep - 1;
    Map<ServerMember, List<Block>> primaries = primaries(membership);
    intake.enter(membership, primaries, firstStep, membership.codecs() == null ? null : schedule);
    outbox.enter(primaries, connector);
  }

  /** The servers with the blocks that each is the primary of. */
  private Map<ServerMember, List<Block>> primaries(Membership membership) {
    Map<ServerMember, List<Block>> primaries = new LinkedHashMap<>();
    for (ServerMember server : membership.servers()) {
      List<Block> blocks = new ArrayList<>();
      for (BlockGroup group : options.plan().groups()) {
        if (membership.groups().get(group.index()).primary() == server.peer().index()) {
          blocks.addAll(options.plan().blocksOf(group));
        }
      }
      primaries.put(server, List.copyOf(blocks));
    }
    return primaries;
  }

  /** Whether stored residuals fall to this life by the generation that it has entered. */
  boolean restores() {
    WorkerMember self = member;
    return self != null && !self.restored().isEmpty();
  }

  /**
   * Takes over the stored residuals that fall to this life by the generation that it has entered,
   * and forgets all others: before anything of the run counts. May block.
   */
  void restore(ResidualStore store) {
    WorkerMember self = member;
    if (self != null && restores() && options.compression().encodesGradients()) {
      encoders.restore(
          store.stored().stream().filter(node -> self.restored().contains(node.lo())).toList(),
          store);
    }
    store.done();
  }

  /**
   * Keeps the residuals as they are before the awaited step, whose parameters are all there, if
   * that step is due. It is passed over if some of it was encoded already, in another generation:
   * what the encoders keep is then of the step after.
   */
  void keep(ResidualStore store) {
    WorkerMember self = member;
    if (self != null
        && options.compression().encodesGradients()
        && store.isDue(intake.awaitedStep())
        && !encoders.hasEncoded(intake.awaitedStep())) {
      store.keep(generation, intake.awaitedStep(), self.slotFrom(), self.slotTo(), residuals());
    }
  }

  /**
   * Whether this worker may leave before the awaited step, whose parameters are all there: all that
   * it sent is counted, and nothing that it could hand over is kept back.
   */
  boolean mayLeave() {
    encoders.counted(intake.awaitedStep());
    return !encoders.hasUnsettled(intake.awaitedStep());
  }

  /**
   * The nodes of the reduction tree that this worker contributes in the step that it has begun: the
   * same in each step but, where slots are streams, for slots that are ahead of others at first.
   */
  List<TreeNode> nodes() {
    return nodes;
  }

  /** Begins the step that is ready as the one in which all that was kept back is sent. */
  void beginLastStep() {
    encoders.handOver(intake.awaitedStep());
    beginStep();
  }

  /** Begins to compute the step that is ready, and to await the next. */
  void beginStep() {
    if (!intake.isReady()) {
      throw new IllegalStateException(
          "step " + intake.awaitedStep() + " lacks " + intake.missingBlocks() + " blocks");
    }
    step = intake.awaitedStep();
    if (slotSteps.values().stream().anyMatch(first -> first >= step)) {
      nodes =
          slotSteps.entrySet().stream()
              .filter(slot -> slot.getValue() <= step)
              .map(Map.Entry::getKey)
              .toList();
    }
    outbox.beginStep();
    intake.await(step + 1);
  }

  /**
   * Begins to send a node's gradient, which must stay as it is until {@link
   * GradientOutbox#isPushed}. One that is no number is sent as void, so that the step counts for no
   * worker, if the job is to skip such steps.
   *
   * @throws NonFiniteGradientException if it is no number and the job is to fail
   */
  void push(TreeNode node, DirectBuffer sum) {
    outbox.push(generation, step, node, sum);
  }

  /** What it waits for, for messages about a stall: the first missing block with its server. */
  String waitsFor(long nowNs) {
    String session = outbox.waitsFor(nowNs);
    if (session != null) {
      return options.self() + " " + session + ", at step " + step;
    }
    String block = intake.waitsFor();
    return options.self() + " " + (block == null ? "computes step " + step : block);
  }

  /** What became of the gradients since this life began. */
  EncodingReport encoding() {
    return encoders.report();
  }

  /**
   * What the encoders of this worker's nodes remember, by node and block; to be read or written
   * after {@link GradientOutbox#isPushed} and before the next {@link #push}. Empty where all blocks
   * travel plain.
   */
  List<Residual> residuals() {
    return encoders.residuals();
  }

  @Override
  public void close() {
    CloseHelper.closeAll(outbox, encoders, intake);
  }
}
