package io.trireme.worker.protocol;

import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Connector;
import io.trireme.common.transport.PeerLostException;
import io.trireme.common.transport.SecureReceiver;
import io.trireme.common.transport.SecureSender;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.MessageHeaderDecoder;
import io.trireme.common.wire.sbe.ParametersDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One worker: gathers the parameters of a step straight into the model's own vector, and sends
 * contributions. The caller computes gradients in between:
 *
 * <pre>
 *   until isReady(): poll
 *   beginStep(); for each of nodes(): compute; push(node, gradient); until isPushed(now): pump, poll
 * </pre>
 *
 * <p>Parameters of the next step may arrive from {@link #beginStep} on: a server has them only when
 * it holds every contribution of this worker to that block, and by then the worker no longer needs
 * the old ones.
 */
public final class WorkerCore implements SecureReceiver.MessageHandler, AutoCloseable {

  private static final int FRAMES_PER_TURN = 8;

  private final WorkerOptions options;
  private final MutableDirectBuffer parameters;
  private final List<ServerLink> servers = new ArrayList<>();
  private final int[] ownerOfBlock;
  private final int[] receivedBytes;
  private final ParametersDecoder decoder = new ParametersDecoder();
  private Rejections rejections = new Rejections();
  private List<TreeNode> nodes = List.of();
  private @Nullable TreeNode pushing;
  private @Nullable DirectBuffer gradient;
  private int generation;
  private long step;
  private long awaitedStep;
  private int missingBlocks;

  /** A worker that writes parameters into this vector of little-endian floats. */
  public WorkerCore(WorkerOptions options, MutableDirectBuffer parameters) {
    this.options = options;
    this.parameters = parameters;
    int blocks = options.plan().blocks().size();
    ownerOfBlock = new int[blocks];
    receivedBytes = new int[blocks];
    step = options.firstStep() - 1;
    awaitedStep = options.firstStep();
    missingBlocks = blocks;
  }

  /** Where messages that this worker drops are counted. */
  public void countInto(Rejections counts) {
    this.rejections = counts;
  }

  /** Enters a generation: learns its slots, and connects to the servers. */
  public void enter(Membership membership, Connector connector) {
    CloseHelper.closeAll(servers);
    servers.clear();
    generation = membership.generation();
    WorkerMember self =
        membership.workers().stream()
            .filter(worker -> worker.peer().equals(options.self()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        options.self() + " is no member of generation " + generation));
    nodes = options.tree().cover(self.slotFrom(), self.slotTo());
    for (ServerMember server : membership.servers()) {
      List<Block> blocks = blocksOf(server);
      for (Block block : blocks) {
        ownerOfBlock[block.index()] = server.peer().id();
      }
      servers.add(new ServerLink(connector.connect(server.peer(), server.endpoint()), blocks));
    }
  }

  private List<Block> blocksOf(ServerMember server) {
    List<Block> blocks = new ArrayList<>();
    for (BlockGroup group : options.plan().groups().subList(server.groupFrom(), server.groupTo())) {
      blocks.addAll(options.plan().blocksOf(group));
    }
    return List.copyOf(blocks);
  }

  /** Whether every block of the awaited step is there. */
  public boolean isReady() {
    return missingBlocks == 0;
  }

  /** The step whose parameters are gathered, or, once {@link #isReady}, are there. */
  public long awaitedStep() {
    return awaitedStep;
  }

  /** The nodes of the reduction tree that this worker contributes in each step. */
  public List<TreeNode> nodes() {
    return nodes;
  }

  /** Begins to compute the step that is ready, and to await the next. */
  public void beginStep() {
    if (!isReady()) {
      throw new IllegalStateException(
          "step " + awaitedStep + " lacks " + missingBlocks + " blocks");
    }
    step = awaitedStep;
    awaitedStep++;
    Arrays.fill(receivedBytes, 0);
    missingBlocks = receivedBytes.length;
  }

  /** Begins to send a node's gradient, which must stay as it is until {@link #isPushed}. */
  public void push(TreeNode node, DirectBuffer sum) {
    pushing = node;
    gradient = sum;
    for (int i = 0; i < servers.size(); i++) {
      servers.get(i).begin();
    }
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
   * @throws PeerLostException if a server has taken nothing for too long
   */
  public int pump(long nowNs) {
    TreeNode node = pushing;
    DirectBuffer floats = gradient;
    if (node == null || floats == null) {
      return 0;
    }
    int work = 0;
    for (int i = 0; i < servers.size(); i++) {
      ServerLink link = servers.get(i);
      work += link.pump(generation, step, node, floats, nowNs, FRAMES_PER_TURN);
      check(link.sender(), nowNs);
    }
    return work;
  }

  private void check(SecureSender sender, long nowNs) {
    if (sender.blockedNs(nowNs) > options.timeoutNs()) {
      throw new PeerLostException(
          options.self()
              + " could send nothing to "
              + sender.to()
              + " at "
              + sender.endpoint()
              + " for "
              + TimeUnit.NANOSECONDS.toSeconds(options.timeoutNs())
              + " s, at step "
              + step
              + ": it is gone, or no UDP passes between the two hosts (see transport.ports)");
    }
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
    if (decoder.codecRaw() != Codec.NONE.value()
        || payloadBytes <= 0
        || payloadBytes % Float.BYTES != 0) {
      rejections.count(Rejection.BAD_MESSAGE);
      return;
    }
    int index = decoder.block();
    if (decoder.generation() != generation
        || decoder.step() != awaitedStep
        || index < 0
        || index >= ownerOfBlock.length
        || ownerOfBlock[index] != from.id()) {
      rejections.count(Rejection.OUT_OF_PLACE);
      return;
    }
    Block block = options.plan().blocks().get(index);
    int at = decoder.frameOffset();
    if (decoder.blockBytes() != block.lengthBytes()
        || at != receivedBytes[index]
        || at + (long) payloadBytes > block.lengthBytes()) {
      rejections.count(at < receivedBytes[index] ? Rejection.DUPLICATE : Rejection.OUT_OF_PLACE);
      return;
    }
    int target = Math.toIntExact(block.offset() * Float.BYTES) + at;
    parameters.putBytes(target, buffer, decoder.limit(), payloadBytes);
    receivedBytes[index] += payloadBytes;
    if (receivedBytes[index] == block.lengthBytes()) {
      missingBlocks--;
    }
  }

  /** What it waits for, for messages about a stall: the first missing block with its server. */
  public String waitsFor() {
    for (Block block : options.plan().blocks()) {
      if (receivedBytes[block.index()] < block.lengthBytes()) {
        return options.self()
            + " waits for block "
            + block.index()
            + " of step "
            + awaitedStep
            + " ("
            + missingBlocks
            + " blocks missing) from server "
            + Peer.indexOf(ownerOfBlock[block.index()]);
      }
    }
    return options.self() + " computes step " + step;
  }

  /** Bytes of frames sent so far. */
  public long sentBytes() {
    long sum = 0;
    for (int i = 0; i < servers.size(); i++) {
      sum += servers.get(i).sender().sentBytes();
    }
    return sum;
  }

  @Override
  public void close() {
    CloseHelper.closeAll(servers);
    servers.clear();
  }
}
