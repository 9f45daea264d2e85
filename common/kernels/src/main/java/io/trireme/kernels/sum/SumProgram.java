package io.trireme.kernels.sum;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import java.util.List;
import org.agrona.collections.IntArrayList;

/**
 * In which order streams are added: the reduction tree above a set of nodes, in postfix form.
 *
 * @param ops a stream's index to push it, or {@link #ADD} to replace the two topmost by their sum
 * @param streams number of streams
 * @param depth most values on the stack at a time
 */
public record SumProgram(List<Integer> ops, int streams, int depth) {

  /** Adds the two topmost values. */
  public static final int ADD = -1;

  public SumProgram {
    ops = List.copyOf(ops);
  }

  /**
   * The program that adds these nodes, which must cover the tree's slots exactly and stand in
   * ascending order, up to the root.
   */
  public static SumProgram over(ReductionTree tree, List<TreeNode> nodes) {
    Builder builder = new Builder(nodes);
    builder.build(0, tree.slots());
    if (builder.next != nodes.size()) {
      throw new IllegalArgumentException(
          "nodes " + nodes + " do not cover " + tree.slots() + " slots once");
    }
    return new SumProgram(builder.ops, nodes.size(), builder.deepest);
  }

  private static final class Builder {
    final List<TreeNode> nodes;
    final IntArrayList ops = new IntArrayList();
    int next;
    int height;
    int deepest;

    Builder(List<TreeNode> nodes) {
      this.nodes = nodes;
    }

    void build(int lo, int hi) {
      if (next == nodes.size()) {
        throw new IllegalArgumentException("nodes " + nodes + " lack slots from " + lo);
      }
      TreeNode node = nodes.get(next);
      if (node.lo() == lo && node.hi() == hi) {
        ops.addInt(next++);
        height++;
        deepest = Math.max(deepest, height);
      } else if (hi - lo == 1) {
        throw new IllegalArgumentException(
            "nodes " + nodes + " are no nodes of the tree at slot " + lo);
      } else {
        int middle = ReductionTree.split(lo, hi);
        build(lo, middle);
        build(middle, hi);
        ops.addInt(ADD);
        height--;
      }
    }
  }
}
