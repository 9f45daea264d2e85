package io.trireme.worker.protocol;

import io.trireme.common.slots.TreeNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * A worker's encoders, by node in the order of their slots and by block. A block has none before it
 * is encoded first.
 */
final class EncodersByNode implements AutoCloseable {

  private final int blocks;
  private final Map<TreeNode, @Nullable NodeBlockEncoder[]> byNode = new LinkedHashMap<>();

  EncodersByNode(int blocks) {
    this.blocks = blocks;
  }

  /**
   * Takes other nodes; returns the encoders of those that it no longer has, which it gives away.
   */
  List<NodeBlockEncoder> replaceNodes(List<TreeNode> nodes) {
    Map<TreeNode, @Nullable NodeBlockEncoder[]> left = new LinkedHashMap<>(byNode);
    byNode.clear();
    for (TreeNode node : nodes) {
      @Nullable NodeBlockEncoder[] kept = left.remove(node);
      byNode.put(node, kept == null ? new NodeBlockEncoder[blocks] : kept);
    }
    return list(left.values());
  }

  /** The nodes, in the order of their slots. */
  Set<TreeNode> nodes() {
    return byNode.keySet();
  }

  /** The node that holds a slot, or else the first. */
  TreeNode holderOf(int slot) {
    for (TreeNode node : byNode.keySet()) {
      if (node.lo() <= slot && slot < node.hi()) {
        return node;
      }
    }
    return byNode.keySet().iterator().next();
  }

  /** The encoder of a node's block; null if there is none, or no such node. */
  @Nullable NodeBlockEncoder get(TreeNode node, int block) {
    @Nullable NodeBlockEncoder[] encoders = byNode.get(node);
    return encoders == null ? null : encoders[block];
  }

  /**
   * Has this encoder from now on.
   *
   * @param encoder null for none
   * @throws IllegalArgumentException if there is no such node
   */
  void put(TreeNode node, int block, @Nullable NodeBlockEncoder encoder) {
    @Nullable NodeBlockEncoder[] encoders = byNode.get(node);
    if (encoders == null) {
      throw new IllegalArgumentException(node + " is no node of this worker");
    }
    encoders[block] = encoder;
  }

  /** Has no encoders of its nodes any more. */
  void clear() {
    List<NodeBlockEncoder> all = all();
    byNode.replaceAll((node, unused) -> new NodeBlockEncoder[blocks]);
    CloseHelper.closeAll(all);
  }

  /** All that there are. */
  List<NodeBlockEncoder> all() {
    return list(byNode.values());
  }

  /** The square of the norm of what they keep back. */
  double residualNormSquared() {
    double squares = 0;
    for (@Nullable NodeBlockEncoder[] encoders : byNode.values()) {
      for (NodeBlockEncoder encoder : encoders) {
        squares += encoder == null ? 0 : encoder.residualNormSquared();
      }
    }
    return squares;
  }

  private static List<NodeBlockEncoder> list(Iterable<@Nullable NodeBlockEncoder[]> nodes) {
    List<NodeBlockEncoder> all = new ArrayList<>();
    for (@Nullable NodeBlockEncoder[] encoders : nodes) {
      for (NodeBlockEncoder encoder : encoders) {
        if (encoder != null) {
          all.add(encoder);
        }
      }
    }
    return all;
  }

  @Override
  public void close() {
    List<NodeBlockEncoder> all = all();
    byNode.clear();
    CloseHelper.closeAll(all);
  }
}
