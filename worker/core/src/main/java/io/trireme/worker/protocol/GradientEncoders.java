package io.trireme.worker.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what one worker contributes: an encoder, and with it a residual, for each block of each
 * node. Encoders are made when they are first needed and stay as long as the worker has the node.
 */
final class GradientEncoders implements AutoCloseable {

  private final BlockPlan plan;
  private final EncodersByNode encoders;
  private final float[] scales;
  private final ResidualHandover handover = new ResidualHandover();
  private CompressionSchedule compression;
  private Lacking lacking = Lacking.NOTHING_KNOWN;

  /** The newest step of which anything was sent and is not known to be counted or not; else -1. */
  private long newest = -1;

  private long plainBytes;
  private long encodedBytes;
  private long floats;
  private long sentFloats;

  GradientEncoders(BlockPlan plan, CompressionPlan compression) {
    this.plan = plan;
    this.compression = CompressionSchedule.always(compression);
    this.scales = new float[plan.blocks().size()];
    this.encoders = new EncodersByNode(scales.length);
  }

  /** What servers have counted when a generation begins. */
  interface Lacking {

    /** That of which a step begins in which nothing is counted. */
    Lacking NOTHING_KNOWN = (group, slot) -> 0;

    /** The first step of a slot that a group has not counted. */
    long lacks(int group, int slot);
  }

  /** Takes the nodes of another generation, whose blocks travel by other codecs, see the other. */
  void enter(List<TreeNode> nodes, CompressionSchedule schedule, Lacking counted) {
    compression = schedule;
    enter(nodes, counted);
  }

  /**
   * Takes the nodes of another generation. What was encoded of a step that did not count is undone:
   * that step is computed again, by whoever has its slots then. What nodes that are left have not
   * sent goes to the first of the new ones, whose slots may be others: it is added to the same sum
   * over all slots.
   */
  void enter(List<TreeNode> nodes, Lacking counted) {
    lacking = counted;
    newest = -1;
    handover.settle();
    for (NodeBlockEncoder encoder : encoders.all()) {
      encoder.settle(counted.lacks(groupOf(encoder), encoder.node().lo()));
    }
    for (NodeBlockEncoder left : encoders.replaceNodes(nodes)) {
      if (left.hasUnsent()) {
        encoderOf(nodes.get(0), plan.blocks().get(left.block())).absorb(left);
      }
      left.close();
    }
  }

  private int groupOf(NodeBlockEncoder encoder) {
    return plan.blocks().get(encoder.block()).group();
  }

  /** Whether a step of a node's slots was counted before the generation began. */
  boolean isCounted(Block block, TreeNode node, long step) {
    return step < lacking.lacks(block.group(), node.lo());
  }

  private NodeBlockEncoder encoderOf(TreeNode node, Block block) {
    return encoderOf(node, block, compression.now());
  }

  private NodeBlockEncoder encoderOf(TreeNode node, Block block, CompressionPlan of) {
    NodeBlockEncoder known = encoders.get(node, block.index());
    if (known == null) {
      known = new NodeBlockEncoder(of, of.gradientCodec(block.index()), block, node);
      encoders.put(node, block.index(), known);
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
    if (handover.isIn(step) && compression.at(step).addsPlain(block.index(), step)) {
      fillAll(payload, block, node, step, gradient);
      return;
    }
    NodeBlockEncoder encoder = encoderIn(step, block, node);
    if (encoder == null) {
      fillPlain(payload, block, gradient);
      return;
    }
    int length = encoder.encode(step, scales[block.index()], gradient);
    payload.encoded(encoder.codec().wire(), encoder.bytes(), length);
    encodedBytes += length;
    sentFloats += encoder.sentFloats();
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
    NodeBlockEncoder known = encoders.get(node, block.index());
    fillPlain(payload, block, gradient);
    if (known != null) {
      handover.sent(known.residualNormSquared());
      payload.plain(known.flush(step, gradient), 0, block.lengthBytes());
    }
  }

  /** Everything that is kept back is to be sent in this step, unless some of it was sent before. */
  void handOver(long step) {
    if (step > newest) {
      handover.begin(step);
    }
  }

  /** Notes that all steps before this one are counted. */
  void counted(long next) {
    handover.counted(next);
  }

  /**
   * Whether anything was sent that the servers may still lack before this step, or is kept back
   * that it could hand over.
   */
  boolean hasUnsettled(long step) {
    if (newest >= step) {
      return true;
    }
    for (NodeBlockEncoder encoder : encoders.all()) {
      if (encoder.hasUnsent() && compression.at(step).addsPlain(encoder.block(), step)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The encoder of a step; null where it travels as it is. Where the codec is another one than
   * before, what was not sent goes with the first step that is encoded by it, or sent plain.
   */
  private @Nullable NodeBlockEncoder encoderIn(long step, Block block, TreeNode node) {
    int index = block.index();
    CompressionPlan plan = compression.at(step);
    NodeBlockEncoder known = encoders.get(node, index);
    if (known != null && known.step() == step) {
      return known;
    }
    BlockCodec codec = plan.gradientCodec(index);
    NodeBlockEncoder next = known;
    if (known != null && !known.codec().equals(codec)) {
      next = new NodeBlockEncoder(plan, codec, block, node);
      next.absorb(known);
      known.close();
      encoders.put(node, index, next);
    }
    if (plan.encodes(index, step)) {
      return encoderOf(node, block, plan);
    }
    if (next == null || !codec.isPlain()) {
      return null;
    }
    if (next.carries()) {
      return next;
    }
    next.close();
    encoders.put(node, index, null);
    return null;
  }

  /** What was encoded since the worker began, and what of it has not been sent. */
  EncodingReport report() {
    return new EncodingReport(
        plainBytes,
        encodedBytes,
        floats,
        sentFloats,
        encoders.residualNormSquared() + handover.normSquared());
  }

  /** See {@link WorkerCore#residuals}. */
  List<Residual> residuals() {
    List<Residual> residuals = new ArrayList<>();
    for (TreeNode node : encoders.nodes()) {
      for (Block block : coded()) {
        residuals.add(encoderOf(node, block).residual());
      }
    }
    return residuals;
  }

  /**
   * Whether any block of this step, or of a later one, was encoded, in this generation or in one
   * before of which some group has counted it: what encoders keep is then of the step after.
   */
  boolean hasEncoded(long step) {
    return encoders.all().stream().anyMatch(encoder -> encoder.hasEncoded(step))
        || encoders.nodes().stream()
            .anyMatch(node -> coded().stream().anyMatch(block -> isCounted(block, node, step)));
  }

  /**
   * Begins with what is stored of these nodes, and with nothing else. A node that this worker has
   * goes on bit for bit; what others have not sent is added to the residual of the node that holds
   * their first slot, or else of the first node.
   */
  void restore(List<TreeNode> stored, ResidualStore store) {
    encoders.clear();
    for (TreeNode node : stored) {
      if (encoders.nodes().contains(node)) {
        for (Block block : coded()) {
          NodeBlockEncoder encoder = encoderOf(node, block);
          store.read(encoder.residual());
          encoder.measure();
        }
      }
    }
    for (TreeNode node : stored) {
      if (!encoders.nodes().contains(node)) {
        coded().forEach(block -> addStored(node, block, store));
      }
    }
  }

  private void addStored(TreeNode node, Block block, ResidualStore store) {
    CompressionPlan now = compression.now();
    try (NodeBlockEncoder left =
        new NodeBlockEncoder(now, now.gradientCodec(block.index()), block, node)) {
      store.read(left.residual());
      encoderOf(encoders.holderOf(node.lo()), block).absorb(left);
    }
  }

  private List<Block> coded() {
    return plan.blocks().stream()
        .filter(block -> !compression.now().gradientCodec(block.index()).isPlain())
        .toList();
  }

  @Override
  public void close() {
    encoders.close();
  }
}
