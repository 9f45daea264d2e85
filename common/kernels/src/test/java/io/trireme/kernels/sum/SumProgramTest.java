package io.trireme.kernels.sum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SumProgramTest {

  private static final int ADD = SumProgram.ADD;

  @Test
  void leavesOfFourSlotsAreAddedInPairs() {
    SumProgram program =
        SumProgram.over(
            new ReductionTree(4), List.of(node(0, 1), node(1, 2), node(2, 3), node(3, 4)));
    assertThat(program.ops()).containsExactly(0, 1, ADD, 2, 3, ADD, ADD);
    assertThat(program.streams()).isEqualTo(4);
    assertThat(program.depth()).isEqualTo(3);
  }

  @Test
  void rootAloneIsItsOwnSum() {
    SumProgram program = SumProgram.over(new ReductionTree(7), List.of(node(0, 7)));
    assertThat(program).isEqualTo(new SumProgram(List.of(0), 1, 1));
  }

  @Test
  void nodesOfAnyWidthStandWhereTheirSlotsAre() {
    SumProgram program =
        SumProgram.over(
            new ReductionTree(6), List.of(node(0, 2), node(2, 4), node(4, 5), node(5, 6)));
    assertThat(program.ops()).containsExactly(0, 1, ADD, 2, 3, ADD, ADD);
    assertThat(SumProgram.over(new ReductionTree(6), List.of(node(0, 4), node(4, 6))).ops())
        .containsExactly(0, 1, ADD);
  }

  /** Runs each program over slot ranges: only siblings may be added, and the root comes out. */
  @Test
  void programsAddSiblingsOnlyAndNeedTheDepthThatTheySay() {
    Random random = new Random(4);
    for (int round = 0; round < 2000; round++) {
      ReductionTree tree = new ReductionTree(1 + random.nextInt(40));
      List<TreeNode> nodes = TreeSums.randomCover(random, tree.root(), random.nextDouble());
      SumProgram program = SumProgram.over(tree, nodes);
      Deque<TreeNode> stack = new ArrayDeque<>();
      int deepest = 0;
      for (int op : program.ops()) {
        if (op == ADD) {
          TreeNode right = stack.pop();
          TreeNode left = stack.pop();
          assertThat(left.hi()).isEqualTo(right.lo());
          assertThat(ReductionTree.split(left.lo(), right.hi())).isEqualTo(left.hi());
          stack.push(node(left.lo(), right.hi()));
        } else {
          stack.push(nodes.get(op));
        }
        deepest = Math.max(deepest, stack.size());
      }
      assertThat(stack).containsExactly(tree.root());
      assertThat(program.depth()).isEqualTo(deepest);
      assertThat(program.streams()).isEqualTo(nodes.size());
    }
  }

  @Test
  void refusesNodesThatDoNotCoverTheSlotsOnce() {
    ReductionTree tree = new ReductionTree(4);
    List<List<TreeNode>> bad =
        List.of(
            List.of(),
            List.of(node(0, 2)),
            List.of(node(2, 4)),
            List.of(node(2, 4), node(0, 2)),
            List.of(node(0, 2), node(2, 4), node(3, 4)),
            List.of(node(0, 2), node(1, 2), node(2, 4)),
            List.of(node(0, 1), node(1, 3), node(3, 4)),
            List.of(node(0, 5)),
            List.of(node(0, 4), node(0, 4)));
    for (List<TreeNode> nodes : bad) {
      assertThatThrownBy(() -> SumProgram.over(tree, nodes))
          .as("%s", nodes)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nodes " + nodes);
    }
  }

  private static TreeNode node(int lo, int hi) {
    return new TreeNode(lo, hi);
  }
}
