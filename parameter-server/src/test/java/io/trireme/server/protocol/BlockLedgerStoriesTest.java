package io.trireme.server.protocol;

import static io.trireme.server.protocol.Ledgers.BYTES;
import static io.trireme.server.protocol.Ledgers.LENGTH;
import static io.trireme.server.protocol.Receipt.COMPLETE;
import static io.trireme.server.protocol.Receipt.KEPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.TreeSums;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random stories of a block: every slot counts once. */
class BlockLedgerStoriesTest {

  private final UnsafeBuffer target = TreeSums.offHeap(BYTES);

  /**
   * Several senders send true contributions of random nodes, in random pieces, interleaved, some of
   * them twice, some broken off: the sum is that of the tree, and the same story told again needs
   * no more memory.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 13, 20, 24})
  void everySlotCountsOnceWhateverHappens(int count) {
    for (int seed = 0; seed < 60; seed++) {
      try (ContributionPool memory = Ledgers.pool()) {
        BlockLedger tested = Ledgers.of(count, memory, 0);
        tell(tested, count, seed);
        long needed = memory.allocatedBytes();
        tell(tested, count, seed);
        assertThat(memory.allocatedBytes()).isEqualTo(needed);
        assertThat(tested.step()).isEqualTo(2);
      }
    }
  }

  private record Frame(Peer from, TreeNode node, int offset, int bytes) {}

  private void tell(BlockLedger tested, int count, int seed) {
    Random random = new Random(seed);
    float[][] values = TreeSums.randomSlots(random, count, LENGTH);
    TreeNode root = new TreeNode(0, count);
    List<Deque<Frame>> queues = new ArrayList<>();
    int senders = 1 + random.nextInt(4);
    for (int sender = 0; sender < senders; sender++) {
      Deque<Frame> queue = new ArrayDeque<>();
      for (int times = random.nextInt(3); times >= 0; times--) {
        List<TreeNode> cover = TreeSums.randomCover(random, root, random.nextDouble());
        for (TreeNode node : cover) {
          addFrames(random, Peer.worker(sender, sender), node, random.nextInt(5) > 0, queue);
        }
      }
      queues.add(queue);
    }
    queues.removeIf(Deque::isEmpty);
    Receipt receipt = KEPT;
    while (!queues.isEmpty() && receipt != COMPLETE) {
      Deque<Frame> queue = queues.get(random.nextInt(queues.size()));
      receipt = accept(tested, values, queue.remove());
      queues.removeIf(Deque::isEmpty);
    }
    for (int slot = 0; slot < count && receipt != COMPLETE; slot++) {
      Frame leaf = new Frame(Peer.worker(9, 9), new TreeNode(slot, slot + 1), 0, BYTES);
      receipt = accept(tested, values, leaf);
    }
    assertThat(tested.missingSlots()).isEmpty();
    assertThat(tested.reduce(new BlockSum(), target, 0)).isTrue();
    assertThat(target.getFloat(0)).isEqualTo((1 << count) - 1);
    assertThat(TreeSums.bits(TreeSums.floats(target, 0, LENGTH)))
        .isEqualTo(TreeSums.bits(TreeSums.of(values, root)));
    tested.open(tested.step() + 1);
  }

  private static void addFrames(
      Random random, Peer from, TreeNode node, boolean whole, Deque<Frame> queue) {
    int end = whole ? BYTES : 4 * random.nextInt(LENGTH);
    int offset = 0;
    while (offset < end) {
      int bytes = Math.min(end - offset, 4 * (1 + random.nextInt(LENGTH)));
      Frame frame = new Frame(from, node, offset, bytes);
      queue.add(frame);
      if (random.nextInt(4) == 0) {
        queue.add(frame);
      }
      offset += bytes;
    }
  }

  private static Receipt accept(BlockLedger tested, float[][] values, Frame frame) {
    return Ledgers.accept(
        tested, values, frame.from(), frame.node(), frame.offset(), frame.bytes());
  }
}
