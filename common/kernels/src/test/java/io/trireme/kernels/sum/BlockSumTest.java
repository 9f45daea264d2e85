package io.trireme.kernels.sum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockSumTest {

  private static final int GUARD = 64;

  private final BlockSum kernel = new BlockSum();

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 7, 8, 15, 16, 17, 255, 511, 512, 513, 1023, 2047, 2048, 2049, 4099, 10_007})
  void equalsTheRecursionBitForBitForEverySetOfNodes(int length) {
    Random random = new Random(length);
    for (int round = 0; round < 12; round++) {
      int slots = 1 + random.nextInt(20);
      float[][] values = TreeSums.randomSlots(random, slots, length);
      ReductionTree tree = new ReductionTree(slots);
      List<TreeNode> nodes = TreeSums.randomCover(random, tree.root(), random.nextDouble());
      float[] expected = TreeSums.of(values, tree.root());
      assertThat(TreeSums.bits(sum(tree, nodes, values, length)))
          .as("%d slots as %s", slots, nodes)
          .isEqualTo(TreeSums.bits(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 31, 32, 33, 64, 100})
  void leavesOfTreesOfManySizes(int slots) {
    Random random = new Random(slots);
    float[][] values = TreeSums.randomSlots(random, slots, 2500);
    ReductionTree tree = new ReductionTree(slots);
    List<TreeNode> leaves = TreeSums.randomCover(random, tree.root(), 2);
    assertThat(leaves).hasSize(slots);
    assertThat(TreeSums.bits(sum(tree, leaves, values, 2500)))
        .isEqualTo(TreeSums.bits(TreeSums.of(values, tree.root())));
  }

  @Test
  void keepsSignedZerosDenormalsAndInfinities() {
    float[] special = {
      -0.0f,
      0.0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      1e-40f,
      1f,
      -1f
    };
    int length = special.length * special.length * special.length;
    float[][] values = new float[3][length];
    for (int i = 0; i < length; i++) {
      values[0][i] = special[i % special.length];
      values[1][i] = special[i / special.length % special.length];
      values[2][i] = special[i / special.length / special.length];
    }
    for (int slots = 1; slots <= 3; slots++) {
      ReductionTree tree = new ReductionTree(slots);
      List<TreeNode> leaves = TreeSums.randomCover(new Random(1), tree.root(), 2);
      assertThat(TreeSums.bits(sum(tree, leaves, values, length)))
          .isEqualTo(TreeSums.bits(TreeSums.of(values, tree.root())));
    }
  }

  /** What a worker does that adds a slot to the sum so far. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2048, 5003})
  void targetMayBeOneOfTheStreams(int length) {
    Random random = new Random(9);
    for (int slots = 2; slots <= 9; slots++) {
      ReductionTree tree = new ReductionTree(slots);
      List<TreeNode> leaves = TreeSums.randomCover(random, tree.root(), 2);
      float[][] values = TreeSums.randomSlots(random, slots, length);
      for (int target = 0; target < slots; target++) {
        DirectBuffer[] streams = streams(values, leaves);
        UnsafeBuffer inPlace = (UnsafeBuffer) streams[target];
        kernel.sum(SumProgram.over(tree, leaves), streams, inPlace, 0, length);
        assertThat(TreeSums.bits(TreeSums.floats(inPlace, 0, length)))
            .isEqualTo(TreeSums.bits(TreeSums.of(values, tree.root())));
      }
    }
  }

  @Test
  void streamsMayBeLongerThanTheBlock() {
    float[][] values = TreeSums.randomSlots(new Random(5), 2, 100);
    ReductionTree tree = new ReductionTree(2);
    List<TreeNode> leaves = TreeSums.randomCover(new Random(1), tree.root(), 2);
    UnsafeBuffer target = TreeSums.offHeap(10 * Float.BYTES);
    kernel.sum(SumProgram.over(tree, leaves), streams(values, leaves), target, 0, 10);
    float[] whole = TreeSums.of(values, tree.root());
    assertThat(TreeSums.floats(target, 0, 10)).isEqualTo(java.util.Arrays.copyOf(whole, 10));
  }

  @Test
  void nothingIsWrittenWhereAStreamOrTheTargetIsTooShort() {
    ReductionTree tree = new ReductionTree(2);
    List<TreeNode> leaves = TreeSums.randomCover(new Random(1), tree.root(), 2);
    SumProgram program = SumProgram.over(tree, leaves);
    DirectBuffer[] streams = {TreeSums.offHeap(400), TreeSums.offHeap(396)};
    UnsafeBuffer target = TreeSums.offHeap(400);
    target.setMemory(0, 400, (byte) 7);
    assertThatThrownBy(() -> kernel.sum(program, streams, target, 0, 100))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernel.sum(program, streams, target, 8, 99))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernel.sum(program, streams, target, -4, 50))
        .isInstanceOf(IndexOutOfBoundsException.class);
    for (int i = 0; i < 400; i++) {
      assertThat(target.getByte(i)).isEqualTo((byte) 7);
    }
  }

  /** Sums into the middle of a buffer, and checks that nothing around the sum is touched. */
  private float[] sum(ReductionTree tree, List<TreeNode> nodes, float[][] values, int length) {
    UnsafeBuffer target = TreeSums.offHeap(2 * GUARD + length * Float.BYTES);
    target.setMemory(0, target.capacity(), (byte) 0x5a);
    kernel.sum(SumProgram.over(tree, nodes), streams(values, nodes), target, GUARD, length);
    for (int i = 0; i < GUARD; i++) {
      assertThat(target.getByte(i)).isEqualTo((byte) 0x5a);
      assertThat(target.getByte(target.capacity() - 1 - i)).isEqualTo((byte) 0x5a);
    }
    return TreeSums.floats(target, GUARD, length);
  }

  private static DirectBuffer[] streams(float[][] values, List<TreeNode> nodes) {
    DirectBuffer[] streams = new DirectBuffer[nodes.size()];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = TreeSums.offHeap(TreeSums.of(values, nodes.get(i)));
    }
    return streams;
  }
}
