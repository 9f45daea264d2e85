package io.trireme.common.slots;

/**
 * A node of the reduction tree: the slots {@code lo} (inclusive) to {@code hi} (exclusive).
 *
 * @param lo first slot
 * @param hi first slot after the node
 */
public record TreeNode(int lo, int hi) {
  public TreeNode {
    if (lo < 0 || hi <= lo) {
      throw new IllegalArgumentException("tree node [" + lo + ", " + hi + ")");
    }
  }

  /** Number of slots under the node. */
  public int slots() {
    return hi - lo;
  }

  @Override
  public String toString() {
    return "[" + lo + ", " + hi + ")";
  }
}
