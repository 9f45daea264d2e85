package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what one worker contributes: an encoder, and with it a residual, for each block of each
 * node. Encoders are made when they are first needed and stay as long as the worker has the node.
 */
final class GradientEncoders implements AutoCloseable {

  private final BlockPlan plan;
  private CompressionSchedule compression;

  /** By node, in the order of their slots; null where a block has not been encoded yet. */
  private final Map<TreeNode, @Nullable NodeBlock[]> byNode = new LinkedHashMap<>();

  private final float[] scales;
  private final HandingOver handing = new HandingOver();

  /** The newest step of which anything was encoded or sent as it is; -1 if none. */
  private long newest = -1;

  private long plainBytes;
  private long encodedBytes;
  private long floats;
  private long sentFloats;

  GradientEncoders(BlockPlan plan, CompressionPlan compression) {
    this.plan = plan;
    this.compression = CompressionSchedule.always(compression);
    this.scales = new float[plan.blocks().size()];
  }

  /** Takes the nodes of another generation, whose blocks travel by other codecs, see the other. */
  void enter(List<TreeNode> nodes, CompressionSchedule schedule) {
    compression = schedule;
    enter(nodes);
  }

  /**
   * Takes the nodes of another generation. What nodes that are left have not sent goes to the first
   * of the new ones, whose slots may be others: it is added to the same sum over all slots.
   */
  void enter(List<TreeNode> nodes) {
    Map<TreeNode, @Nullable NodeBlock[]> left = new LinkedHashMap<>(byNode);
    byNode.clear();
    for (TreeNode node : nodes) {
      @Nullable NodeBlock[] kept = left.remove(node);
      byNode.put(node, kept == null ? new NodeBlock[scales.length] : kept);
    }
    if (!left.isEmpty()) {
      handing.moved();
    }
    left.values().forEach(blocks -> hand(blocks, nodes.get(0)));
  }

  private void hand(@Nullable NodeBlock[] blocks, TreeNode heir) {
    for (int index = 0; index < blocks.length; index++) {
      NodeBlock block = blocks[index];
      if (block != null) {
        if (block.owes()) {
          blockOf(heir, plan.blocks().get(index)).absorb(block, newest + 1);
        }
        block.close();
      }
    }
  }

  private NodeBlock blockOf(TreeNode node, Block block) {
    return blockOf(node, block, compression.now());
  }

  private NodeBlock blockOf(TreeNode node, Block block, CompressionPlan of) {
    @Nullable NodeBlock[] blocks = byNode.get(node);
    if (blocks == null) {
      throw new IllegalArgumentException(node + " is no node of this worker");
    }
    NodeBlock known = blocks[block.index()];
    if (known == null) {
      known = new NodeBlock(of, of.way(block.index()), block, node);
      blocks[block.index()] = known;
    }
    return known;
  }

  /** Notes the scale that all contributors to a block share in the next step. */
  void scale(int block, float scale) {
    scales[block] = scale;
  }

  /** Sets the payload to a block of a node's gradient as it travels. */
  void fill(Payload payload, Block block, TreeNode node, long step, DirectBuffer gradient) {
    plainBytes += block.lengthBytes();
    floats += block.length();
    newest = Math.max(newest, step);
    if (handing.isIn(step) && compression.at(step).addsPlain(block.index(), step)) {
      fillAll(payload, block, node, step, gradient);
      return;
    }
    NodeBlock encoded = encoderOf(block, node, step);
    if (encoded == null) {
      fillPlain(payload, block, gradient);
      return;
    }
    int length = encoded.encode(step, scales[block.index()], gradient);
    payload.encoded(encoded.codec().wire(), encoded.bytes(), length);
    encodedBytes += length;
    sentFloats += encoded.encoder().sentFloats();
  }

  private void fillPlain(Payload payload, Block block, DirectBuffer gradient) {
    int from = Math.toIntExact(block.offset() * Float.BYTES);
    payload.plain(gradient, from, block.lengthBytes());
    encodedBytes += block.lengthBytes();
    sentFloats += block.length();
  }

  /** Sets the payload to a block with all that was kept back of it. */
  private void fillAll(
      Payload payload, Block block, TreeNode node, long step, DirectBuffer gradient) {
    @Nullable NodeBlock[] blocks = byNode.get(node);
    NodeBlock known = blocks == null ? null : blocks[block.index()];
    fillPlain(payload, block, gradient);
    if (known != null) {
      handing.sent(known.residualNormSquared());
      payload.plain(known.flush(step, gradient), 0, block.lengthBytes());
    }
  }

  /** Everything that is kept back is to be sent in this step, unless some of it was sent before. */
  void handOver(long step) {
    if (step > newest) {
      handing.begin(step);
    }
  }

  /** Notes that all steps before this one are counted. */
  void counted(long next) {
    handing.counted(next);
  }

  /** Whether anything was sent that this step may lack, or is kept back that it could hand over. */
  boolean owes(long step) {
    if (newest >= step) {
      return true;
    }
    for (@Nullable NodeBlock[] blocks : byNode.values()) {
      for (int index = 0; index < blocks.length; index++) {
        NodeBlock block = blocks[index];
        if (block != null && block.owes() && compression.at(step).addsPlain(index, step)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The encoder of a step; null where it travels as it is. Where the codec is another one than
   * before, what was not sent goes with the first step that is encoded by it, or sent plain.
   */
  private @Nullable NodeBlock encoderOf(Block block, TreeNode node, long step) {
    int index = block.index();
    CompressionPlan plan = compression.at(step);
    @Nullable NodeBlock[] blocks = byNode.get(node);
    NodeBlock known = blocks == null ? null : blocks[index];
    if (known != null && known.step() == step) {
      return known;
    }
    BlockCodec codec = plan.way(index);
    NodeBlock next = known;
    if (known != null && blocks != null && !known.codec().equals(codec)) {
      next = new NodeBlock(plan, codec, block, node);
      next.absorb(known, 0);
      known.close();
      blocks[index] = next;
    }
    if (plan.encodes(index, step)) {
      return blockOf(node, block, plan);
    }
    if (next == null || blocks == null || !codec.isPlain()) {
      return null;
    }
    if (next.carries()) {
      return next;
    }
    next.close();
    blocks[index] = null;
    return null;
  }

  /** What was encoded since the worker began, and what of it has not been sent. */
  EncodingReport report() {
    double squares = 0;
    for (@Nullable NodeBlock[] blocks : byNode.values()) {
      for (NodeBlock block : blocks) {
        squares += block == null ? 0 : block.residualNormSquared();
      }
    }
    return new EncodingReport(
        plainBytes, encodedBytes, floats, sentFloats, squares + handing.normSquared());
  }

  /** See {@link WorkerCore#residuals}. */
  List<Residual> residuals() {
    List<Residual> residuals = new ArrayList<>();
    for (TreeNode node : byNode.keySet()) {
      for (Block block : coded()) {
        residuals.add(blockOf(node, block).residual());
      }
    }
    return residuals;
  }

  /** Whether any block of this step, or of a later one, was encoded. */
  boolean hasEncoded(long step) {
    for (@Nullable NodeBlock[] blocks : byNode.values()) {
      for (NodeBlock block : blocks) {
        if (block != null && block.hasEncoded(step)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Begins with what is stored of these nodes. A node that this worker has goes on bit for bit;
   * what others have not sent is added to the residual of the node that holds their first slot, or
   * else of the first node.
   */
  void restore(List<TreeNode> stored, ResidualStore store) {
    for (TreeNode node : stored) {
      if (byNode.containsKey(node)) {
        coded().forEach(block -> store.read(blockOf(node, block).residual()));
      }
    }
    for (TreeNode node : stored) {
      if (!byNode.containsKey(node)) {
        coded().forEach(block -> inherit(node, block, store));
      }
    }
  }

  private void inherit(TreeNode node, Block block, ResidualStore store) {
    CompressionPlan now = compression.now();
    try (NodeBlock left = new NodeBlock(now, now.way(block.index()), block, node)) {
      store.read(left.residual());
      blockOf(heirOf(node), block).absorb(left, 0);
    }
  }

  private TreeNode heirOf(TreeNode left) {
    for (TreeNode node : byNode.keySet()) {
      if (node.lo() <= left.lo() && left.lo() < node.hi()) {
        return node;
      }
    }
    return byNode.keySet().iterator().next();
  }

  private List<Block> coded() {
    return plan.blocks().stream()
        .filter(block -> !compression.now().way(block.index()).isPlain())
        .toList();
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    for (@Nullable NodeBlock[] blocks : byNode.values()) {
      for (NodeBlock block : blocks) {
        if (block != null) {
          all.add(block);
        }
      }
    }
    byNode.clear();
    CloseHelper.closeAll(all);
  }
}
