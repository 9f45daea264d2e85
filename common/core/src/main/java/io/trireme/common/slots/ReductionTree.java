package io.trireme.common.slots;

import java.util.ArrayList;
import java.util.List;

/**
 * The one binary tree along which contributions of slots are added, fixed by their number alone.
 *
 * <p>A node of n slots splits after the largest power of two below n, so that aligned ranges of
 * slots are nodes. Any holder of both children of a node may add them; floating-point addition of
 * two numbers is commutative, so the sum has the same bits wherever and whenever it is made.
 */
public final class ReductionTree {

  /** More slots than this are refused: slots travel in 16 bits. */
  public static final int MAX_SLOTS = 65_535;

  private final int slots;

  /** A tree over {@code slots} slots, 1 to {@link #MAX_SLOTS}. */
  public ReductionTree(int slots) {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException("slots: " + slots + ", expected 1 to " + MAX_SLOTS);
    }
    this.slots = slots;
  }

  /** Number of leaves. */
  public int slots() {
    return slots;
  }

  /** The node over all slots. */
  public TreeNode root() {
    return new TreeNode(0, slots);
  }

  /**
   * The first slot of the right child of the node with these bounds, which must hold two slots or
   * more.
   */
  public static int split(int lo, int hi) {
    return lo + Integer.highestOneBit(hi - lo - 1);
  }

  /** Whether the range is a node of this tree. */
  public boolean isNode(int lo, int hi) {
    if (lo < 0 || hi > slots || lo >= hi) {
      return false;
    }
    int from = 0;
    int to = slots;
    while (from != lo || to != hi) {
      if (to - from == 1) {
        return false;
      }
      int middle = split(from, to);
      if (hi <= middle) {
        to = middle;
      } else if (lo >= middle) {
        from = middle;
      } else {
        return false;
      }
    }
    return true;
  }

  /**
   * The fewest nodes that cover exactly the slots {@code lo} to {@code hi}, in ascending order;
   * none where the two are equal.
   *
   * @throws IllegalArgumentException if that is no range of this tree's slots
   */
  public List<TreeNode> cover(int lo, int hi) {
    if (lo < 0 || hi > slots || lo > hi) {
      throw new IllegalArgumentException(
          "slots [" + lo + ", " + hi + "), expected a range of [0, " + slots + ")");
    }
    List<TreeNode> nodes = new ArrayList<>();
    if (lo < hi) {
      cover(0, slots, lo, hi, nodes);
    }
    return List.copyOf(nodes);
  }

  private static void cover(int from, int to, int lo, int hi, List<TreeNode> nodes) {
    if (lo >= to || hi <= from) {
      return;
    }
    if (lo <= from && to <= hi) {
      nodes.add(new TreeNode(from, to));
      return;
    }
    int middle = split(from, to);
    cover(from, middle, lo, hi, nodes);
    cover(middle, to, lo, hi, nodes);
  }
}
