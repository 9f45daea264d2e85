package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import io.trireme.kernels.codec.Finite;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One worker in one generation: gathers the parameters of a step straight into the model's own
 * vector, and sends contributions. The caller computes gradients in between:
 *
 * <pre>
 *   until isReady(): poll
 *   beginStep(); for each of nodes(): compute; push(node, gradient); until isPushed(now): pump
 * </pre>
 *
 * <p>It must not poll while it computes or pushes: parameters of the next step, which come as soon
 * as servers know that this worker has begun, are written over those that it computes with.
 */
public final class WorkerCore implements SecureReceiver.MessageHandler, AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  private final WorkerOptions options;
  private final MutableDirectBuffer parameters;
  private final List<ServerLink> servers = new ArrayList<>();
  private final int[] primaryOfBlock;
  private final int[] receivedBytes;
  private final boolean[] received;
  private final GradientEncoders encoders;
  private final ParameterChanges changes;
  private final int lengthBytes;
  private final ParametersDecoder decoder = new ParametersDecoder();
  private final Rejections rejections;
  private List<TreeNode> nodes = List.of();
  private @Nullable WorkerMember member;

  /** Where slots are streams, the first step that each of this worker's is to be computed for. */
  private final Map<TreeNode, Long> slotSteps = new LinkedHashMap<>();

  private @Nullable Outgoing outgoing;
  private @Nullable String nonFinite;
  private int generation;
  private long step;
  private long firstStep;
  private long awaitedStep;
  private int missingBlocks;
  private long sentBefore;

  /**
   * A worker that writes parameters into this vector of little-endian floats, and counts the
   * messages that it drops.
   */
  public WorkerCore(WorkerOptions options, MutableDirectBuffer parameters, Rejections rejections) {
    this.options = options;
    this.parameters = parameters;
    this.rejections = rejections;
    int blocks = options.plan().blocks().size();
    primaryOfBlock = new int[blocks];
    receivedBytes = new int[blocks];
    received = new boolean[blocks];
    missingBlocks = blocks;
    encoders = new GradientEncoders(options.plan(), options.compression());
    changes = new ParameterChanges(options.plan(), options.compression(), parameters);
    lengthBytes = options.plan().blocks().stream().mapToInt(Block::lengthBytes).sum();
  }

  /**
   * Enters a generation, whatever was under way: learns its slots, connects to the servers, and
   * awaits the parameters of the generation's first step.
   */
  public void enter(Membership membership, Connector connector) {
    closeLinks();
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
    firstStep = membership.firstStepOf(self);
    encoders.counted(firstStep);
    encoders.enter(nodes, schedule);
    if (membership.codecs() != null) {
      changes.enter(schedule);
    }
    outgoing = null;
    nonFinite = null;
    step = firstStep - 1;
    await(firstStep);
    for (ServerMember server : membership.servers()) {
      List<Block> blocks = blocksOf(server.peer().index(), membership);
      for (Block block : blocks) {
        primaryOfBlock[block.index()] = server.peer().id();
      }
      if (!blocks.isEmpty()) {
        servers.add(new ServerLink(connector.connect(server.peer(), server.endpoint()), blocks));
      }
    }
  }

  /**
   * Takes over the stored residuals that fall to this life by the generation that it has entered:
   * once in a life, before anything is pushed. May block.
   */
  public void restore(ResidualStore store) {
    WorkerMember self = member;
    if (self != null && !self.restored().isEmpty() && options.compression().hasWay()) {
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
  public void keep(ResidualStore store) {
    WorkerMember self = member;
    if (self != null
        && options.compression().hasWay()
        && store.isDue(awaitedStep)
        && !encoders.hasEncoded(awaitedStep)) {
      store.keep(generation, awaitedStep, self.slotFrom(), self.slotTo(), residuals());
    }
  }

  /**
   * Whether this worker may leave before the awaited step, whose parameters are all there: all that
   * it sent is counted, and nothing that it could hand over is kept back.
   */
  boolean mayLeave() {
    encoders.counted(awaitedStep);
    return !encoders.owes(awaitedStep);
  }

  private List<Block> blocksOf(int server, Membership membership) {
    List<Block> blocks = new ArrayList<>();
    for (BlockGroup group : options.plan().groups()) {
      if (membership.groups().get(group.index()).primary() == server) {
        blocks.addAll(options.plan().blocksOf(group));
      }
    }
    return List.copyOf(blocks);
  }

  /** Stops sending: what has not left is dropped. */
  void closeLinks() {
    for (int i = 0; i < servers.size(); i++) {
      sentBefore += servers.get(i).sender().sentBytes();
    }
    List<ServerLink> links = List.copyOf(servers);
    servers.clear();
    CloseHelper.closeAll(links);
  }

  /** Whether every block of the awaited step is there. */
  public boolean isReady() {
    return missingBlocks == 0;
  }

  /** The step whose parameters are gathered, or, once {@link #isReady}, are there. */
  public long awaitedStep() {
    return awaitedStep;
  }

  /**
   * The nodes of the reduction tree that this worker contributes in the step that it has begun: the
   * same in each step but, where slots are streams, for slots that are ahead of others at first.
   */
  public List<TreeNode> nodes() {
    return nodes;
  }

  /** Begins the step that is ready as the one in which all that was kept back is sent. */
  void beginLastStep() {
    encoders.handOver(awaitedStep);
    beginStep();
  }

  /** Begins to compute the step that is ready, and to await the next. */
  public void beginStep() {
    if (!isReady()) {
      throw new IllegalStateException(
          "step " + awaitedStep + " lacks " + missingBlocks + " blocks");
    }
    step = awaitedStep;
    if (slotSteps.values().stream().anyMatch(first -> first >= step)) {
      nodes =
          slotSteps.entrySet().stream()
              .filter(slot -> slot.getValue() <= step)
              .map(Map.Entry::getKey)
              .toList();
    }
    nonFinite = null;
    await(step + 1);
  }

  private void await(long next) {
    awaitedStep = next;
    Arrays.fill(receivedBytes, 0);
    Arrays.fill(received, false);
    missingBlocks = received.length;
  }

  /**
   * Begins to send a node's gradient, which must stay as it is until {@link #isPushed}. One that is
   * no number is sent as void, so that the step counts for nobody, if the job is to skip such
   * steps.
   *
   * @throws NonFiniteGradientException if it is no number and the job is to fail
   */
  public void push(TreeNode node, DirectBuffer sum) {
    int bad = Finite.firstNonFinite(sum, 0, lengthBytes / Float.BYTES);
    if (bad >= 0) {
      nonFinite = describe(node, sum.getFloat(bad * Float.BYTES), bad);
      if (!options.skipNonFinite()) {
        throw new NonFiniteGradientException(
            nonFinite
                + ": training has diverged; lower the learning rate, warm it up, or clip the gradient"
                + " (optimizer.clipGlobalNorm), or skip such steps (onNonFinite: skip)");
      }
    }
    outgoing = new Outgoing(generation, step, node, sum, bad, encoders);
    for (int i = 0; i < servers.size(); i++) {
      servers.get(i).begin();
    }
  }

  private String describe(TreeNode node, float value, int index) {
    String slots =
        node.hi() - node.lo() == 1
            ? "slot " + node.lo()
            : "slots " + node.lo() + " to " + (node.hi() - 1);
    return "the gradient of "
        + options.self()
        + " at step "
        + step
        + ", "
        + slots
        + ", is "
        + value
        + " at "
        + options.compression().placeOf(index);
  }

  /** Where the gradient of the step begun last was no number; null if it was one. */
  public @Nullable String nonFinite() {
    return nonFinite;
  }

  /** Whether the last contribution has been handed to the sessions. */
  public boolean isPushed(long nowNs) {
    for (int i = 0; i < servers.size(); i++) {
      if (!servers.get(i).isDrained(nowNs)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Sends what waits, as far as the sessions take it.
   *
   * @return frames sent
   */
  public int pump(long nowNs) {
    Outgoing sent = outgoing;
    if (sent == null) {
      return 0;
    }
    int work = 0;
    for (int i = 0; i < servers.size(); i++) {
      work += servers.get(i).pump(sent, nowNs, FRAMES_PER_TURN);
    }
    return work;
  }

  @Override
  public void onMessage(
      Peer from, MessageHeaderDecoder header, DirectBuffer buffer, int bodyOffset, int bodyLength) {
    if (header.templateId() != ParametersDecoder.TEMPLATE_ID
        || header.blockLength() < ParametersDecoder.BLOCK_LENGTH) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    decoder.wrap(buffer, bodyOffset, header.blockLength(), header.version());
    int payloadBytes = bodyLength - header.blockLength();
    boolean plain = decoder.codecRaw() == Codec.NONE.value();
    if (payloadBytes <= 0 || (plain && payloadBytes % Float.BYTES != 0)) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    int index = decoder.block();
    if (decoder.generation() != generation
        || decoder.step() != awaitedStep
        || index < 0
        || index >= primaryOfBlock.length
        || primaryOfBlock[index] != from.id()) {
      rejections.count(Rejection.OUT_OF_PLACE);
      return;
    }
    if (!plain && !changes.knows(index, awaitedStep - 1, decoder.codecRaw())) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    Block block = options.plan().blocks().get(index);
    int total = decoder.blockBytes();
    int at = decoder.frameOffset();
    boolean fits = plain ? total == block.lengthBytes() : changes.fits(index, total);
    // A change is worth something only to who has what was before it.
    if (!fits
        || received[index]
        || (!plain && awaitedStep == firstStep)
        || at != receivedBytes[index]
        || at + (long) payloadBytes > total) {
      rejections.count(at < receivedBytes[index] ? Rejection.DUPLICATE : Rejection.OUT_OF_PLACE);
      return;
    }
    if (plain) {
      int target = Math.toIntExact(block.offset() * Float.BYTES) + at;
      parameters.putBytes(target, buffer, decoder.limit(), payloadBytes);
    } else {
      changes.keep(index, at, buffer, decoder.limit(), payloadBytes);
    }
    receivedBytes[index] += payloadBytes;
    if (receivedBytes[index] < total) {
      return;
    }
    if (!plain && !changes.apply(index, awaitedStep - 1, total)) {
      receivedBytes[index] = 0;
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    encoders.scale(index, decoder.scale());
    received[index] = true;
    missingBlocks--;
  }

  /** What it waits for, for messages about a stall: the first missing block with its server. */
  public String waitsFor(long nowNs) {
    for (int i = 0; i < servers.size(); i++) {
      SecureSender sender = servers.get(i).sender();
      if (sender.blockedNs(nowNs) > TimeUnit.SECONDS.toNanos(1)) {
        return options.self()
            + " could send nothing to "
            + sender.to()
            + " at "
            + sender.endpoint()
            + " for "
            + TimeUnit.NANOSECONDS.toSeconds(sender.blockedNs(nowNs))
            + " s, at step "
            + step;
      }
    }
    for (Block block : options.plan().blocks()) {
      if (!received[block.index()]) {
        return options.self()
            + " of generation "
            + generation
            + " waits for block "
            + block.index()
            + " of step "
            + awaitedStep
            + " ("
            + missingBlocks
            + " blocks missing) from server "
            + Peer.indexOf(primaryOfBlock[block.index()]);
      }
    }
    return options.self() + " computes step " + step;
  }

  /** Bytes of frames sent so far. */
  public long sentBytes() {
    long sum = sentBefore;
    for (int i = 0; i < servers.size(); i++) {
      sum += servers.get(i).sender().sentBytes();
    }
    return sum;
  }

  /** What became of the gradients since this life began. */
  public EncodingReport encoding() {
    return encoders.report();
  }

  /**
   * What the encoders of this worker's nodes remember, by node and block; to be read or written
   * after {@link #isPushed} and before the next {@link #push}. Empty where all blocks travel plain.
   */
  public List<Residual> residuals() {
    return encoders.residuals();
  }

  @Override
  public void close() {
    try {
      closeLinks();
    } finally {
      CloseHelper.closeAll(encoders, changes);
    }
  }
}
