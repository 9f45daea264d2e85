package io.trireme.common.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReductionTreeTest {

  static IntStream sizes() {
    return IntStream.rangeClosed(1, 40);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void isNodeAgreesWithTheTreeAsItIsDefined(int slots) {
    ReductionTree tree = new ReductionTree(slots);
    Set<TreeNode> nodes = nodes(slots);
    assertThat(nodes).hasSize(2 * slots - 1).contains(tree.root());
    for (int lo = -1; lo <= slots + 1; lo++) {
      for (int hi = -1; hi <= slots + 1; hi++) {
        boolean expected = lo >= 0 && hi > lo && nodes.contains(new TreeNode(lo, hi));
        assertThat(tree.isNode(lo, hi)).as("[%d, %d) of %d", lo, hi, slots).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void coversAreExactDisjointAscendingAndMinimal(int slots) {
    ReductionTree tree = new ReductionTree(slots);
    Set<TreeNode> nodes = nodes(slots);
    for (int lo = 0; lo < slots; lo++) {
      for (int hi = lo + 1; hi <= slots; hi++) {
        List<TreeNode> cover = tree.cover(lo, hi);
        int at = lo;
        for (TreeNode node : cover) {
          assertThat(nodes).contains(node);
          assertThat(node.lo()).isEqualTo(at);
          at = node.hi();
        }
        assertThat(at).isEqualTo(hi);
        assertThat(cover).hasSize(fewest(nodes, lo, hi));
      }
    }
  }

  @Test
  void nothingCoversNoSlots() {
    assertThat(new ReductionTree(5).cover(3, 3)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 32})
  void alignedRangesAreNodes(int width) {
    ReductionTree tree = new ReductionTree(64);
    for (int lo = 0; lo < 64; lo += width) {
      assertThat(tree.isNode(lo, lo + width)).isTrue();
      assertThat(tree.cover(lo, lo + width)).containsExactly(new TreeNode(lo, lo + width));
    }
  }

  @Test
  void largestTreeIsAsGoodAsAnyOther() {
    ReductionTree tree = new ReductionTree(ReductionTree.MAX_SLOTS);
    assertThat(tree.isNode(0, 32_768)).isTrue();
    assertThat(tree.isNode(65_534, 65_535)).isTrue();
    assertThat(tree.isNode(1, 65_535)).isFalse();
    assertThat(tree.cover(1, 65_535)).hasSizeLessThan(32);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, ReductionTree.MAX_SLOTS + 1})
  void refusesOtherSizes(int slots) {
    assertThatThrownBy(() -> new ReductionTree(slots))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slots: " + slots);
  }

  @Test
  void refusesToCoverWhatItDoesNotHave() {
    ReductionTree tree = new ReductionTree(4);
    assertThatThrownBy(() -> tree.cover(2, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 5)");
    assertThatThrownBy(() -> tree.cover(-1, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nodesHoldAtLeastOneSlot() {
    assertThat(new TreeNode(2, 6).slots()).isEqualTo(4);
    assertThatThrownBy(() -> new TreeNode(3, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The nodes by definition: split after the largest power of two below the number of slots. */
  private static Set<TreeNode> nodes(int slots) {
    Set<TreeNode> nodes = new HashSet<>();
    List<TreeNode> open = new ArrayList<>(List.of(new TreeNode(0, slots)));
    while (!open.isEmpty()) {
      TreeNode node = open.remove(open.size() - 1);
      nodes.add(node);
      if (node.slots() > 1) {
        int left = 1;
        while (left * 2 < node.slots()) {
          left *= 2;
        }
        open.add(new TreeNode(node.lo(), node.lo() + left));
        open.add(new TreeNode(node.lo() + left, node.hi()));
      }
    }
    return nodes;
  }

  /** The fewest nodes with this union, by dynamic programming over where the last one begins. */
  private static int fewest(Set<TreeNode> nodes, int lo, int hi) {
    int[] fewest = new int[hi + 1];
    for (int end = lo + 1; end <= hi; end++) {
      fewest[end] = Integer.MAX_VALUE - 1;
      for (int start = lo; start < end; start++) {
        if (nodes.contains(new TreeNode(start, end))) {
          fewest[end] = Math.min(fewest[end], fewest[start] + 1);
        }
      }
    }
    return fewest[hi];
  }
}
