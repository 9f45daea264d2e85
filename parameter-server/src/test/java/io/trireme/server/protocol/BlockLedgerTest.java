package io.trireme.server.protocol;

import static io.trireme.server.protocol.BlockLedger.Receipt.COMPLETE;
import static io.trireme.server.protocol.BlockLedger.Receipt.COUNTED;
import static io.trireme.server.protocol.BlockLedger.Receipt.DUPLICATE;
import static io.trireme.server.protocol.BlockLedger.Receipt.KEPT;
import static io.trireme.server.protocol.BlockLedger.Receipt.OUT_OF_PLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.TreeSums;
import io.trireme.server.protocol.BlockLedger.Receipt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockLedgerTest {

  private static final int SLOTS = 4;
  private static final int LENGTH = 6;
  private static final int BYTES = LENGTH * Float.BYTES;
  private static final Peer A = Peer.worker(0, 10);
  private static final Peer B = Peer.worker(1, 11);

  private final Block block = new Block(3, 100, LENGTH, 0);
  private final ContributionPool pool = new ContributionPool(BYTES, BYTES);
  private final BlockLedger ledger =
      new BlockLedger(block, new ReductionTree(SLOTS), pool, intake(block), 7);
  private final float[][] slots = TreeSums.randomSlots(new Random(2), SLOTS, LENGTH);
  private final UnsafeBuffer target = TreeSums.offHeap(BYTES);

  /** Of a job whose blocks travel plain. */
  private static BlockIntake intake(Block block) {
    BlockPlan plan =
        new BlockPlan(
            List.of(new Block(0, 0, block.length(), 0)),
            List.of(new BlockGroup(0, 0, 1, 0, block.length())));
    return new BlockIntake(new Block(0, 0, block.length(), 0), CompressionPlan.plain(plan), false);
  }

  @AfterEach
  void freeMemory() {
    pool.close();
  }

  private Receipt whole(Peer from, int lo, int hi) {
    return part(from, lo, hi, 0, BYTES);
  }

  private Receipt part(Peer from, int lo, int hi, int offset, int bytes) {
    UnsafeBuffer payload = TreeSums.offHeap(TreeSums.of(slots, new TreeNode(lo, hi)));
    return ledger.accept(from, lo, hi, 0, BYTES, offset, payload, offset, bytes);
  }

  private void assertReducesToTheTreeSum() {
    long step = ledger.step();
    ledger.reduce(new BlockSum(), target, 0);
    assertThat(TreeSums.bits(TreeSums.floats(target, 0, LENGTH)))
        .isEqualTo(TreeSums.bits(TreeSums.of(slots, new TreeNode(0, SLOTS))));
    assertThat(target.getFloat(0)).as("slots counted").isEqualTo((1 << SLOTS) - 1);
    assertThat(ledger.missingSlots()).isEmpty();
    assertThat(whole(A, 0, 4)).as("late, but before the next step").isEqualTo(DUPLICATE);
    assertThat(part(B, 0, 2, 0, 4)).isEqualTo(DUPLICATE);
    ledger.open(step + 1);
    assertThat(ledger.step()).isEqualTo(step + 1);
    assertThat(ledger.missingSlots()).isEqualTo("[0, 4)");
  }

  @Test
  void leavesInAnyOrderMakeTheStep() {
    assertThat(whole(A, 2, 3)).isEqualTo(COUNTED);
    assertThat(ledger.missingSlots()).isEqualTo("[0, 2) [3, 4)");
    assertThat(whole(A, 0, 1)).isEqualTo(COUNTED);
    assertThat(whole(B, 3, 4)).isEqualTo(COUNTED);
    assertThat(ledger.missingSlots()).isEqualTo("[1, 2)");
    assertThat(whole(B, 1, 2)).isEqualTo(COMPLETE);
    assertThat(ledger.missingSlots()).isEmpty();
    assertReducesToTheTreeSum();
  }

  @Test
  void rootAloneMakesTheStep() {
    assertThat(whole(A, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void whatCountedIsADuplicateFromWhomeverItComes() {
    assertThat(whole(A, 0, 2)).isEqualTo(COUNTED);
    assertThat(whole(A, 0, 2)).isEqualTo(DUPLICATE);
    assertThat(whole(B, 0, 2)).isEqualTo(DUPLICATE);
    assertThat(whole(B, 0, 1)).isEqualTo(DUPLICATE);
    assertThat(whole(B, 1, 2)).isEqualTo(DUPLICATE);
    assertThat(ledger.missingSlots()).isEqualTo("[2, 4)");
    assertThat(whole(B, 2, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void narrowNodesThatTogetherMakeAWiderOneMakeItADuplicate() {
    assertThat(whole(A, 0, 1)).isEqualTo(COUNTED);
    assertThat(whole(A, 1, 2)).isEqualTo(COUNTED);
    assertThat(whole(B, 0, 2)).isEqualTo(DUPLICATE);
    assertThat(whole(B, 2, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void widerNodeReplacesTheNarrowerOnesUnderIt() {
    assertThat(whole(A, 0, 1)).isEqualTo(COUNTED);
    assertThat(whole(A, 3, 4)).isEqualTo(COUNTED);
    assertThat(whole(B, 0, 2)).isEqualTo(COUNTED);
    assertThat(ledger.missingSlots()).isEqualTo("[2, 3)");
    assertThat(whole(B, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void partialContributionsNeverCount() {
    assertThat(part(A, 0, 4, 0, BYTES - 4)).isEqualTo(KEPT);
    assertThat(part(B, 0, 2, 0, 4)).isEqualTo(KEPT);
    assertThat(ledger.missingSlots()).isEqualTo("[0, 4)");
    assertThatThrownBy(() -> ledger.reduce(new BlockSum(), target, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("block 3 of step 7 has 0 of 4 slots");
    assertThat(whole(B, 2, 4)).isEqualTo(COUNTED);
    assertThat(part(A, 0, 4, BYTES - 4, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void partialContributionsOfAStepThatIsOverAreForgotten() {
    assertThat(part(A, 0, 2, 0, 8)).isEqualTo(KEPT);
    assertThat(whole(B, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
    assertThat(part(A, 0, 2, 8, BYTES - 8)).isEqualTo(OUT_OF_PLACE);
    assertThat(whole(A, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void forgettingDropsWhatIsNotWholeAndKeepsWhatCounts() {
    assertThat(whole(A, 0, 2)).isEqualTo(COUNTED);
    assertThat(part(A, 2, 4, 0, 8)).isEqualTo(KEPT);
    assertThat(part(B, 2, 3, 0, 4)).isEqualTo(KEPT);
    ledger.forget();
    assertThat(ledger.missingSlots()).isEqualTo("[2, 4)");
    assertThat(part(A, 2, 4, 8, BYTES - 8)).isEqualTo(OUT_OF_PLACE);
    assertThat(whole(B, 0, 2)).isEqualTo(DUPLICATE);
    assertThat(part(A, 2, 4, 0, 8)).isEqualTo(KEPT);
    assertThat(part(A, 2, 4, 8, BYTES - 8)).isEqualTo(COMPLETE);
    long needed = pool.allocatedBytes();
    assertReducesToTheTreeSum();
    assertThat(whole(A, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
    assertThat(pool.allocatedBytes()).as("what was forgotten is used again").isEqualTo(needed);
  }

  @Test
  void openingAnewDropsWhatCounted() {
    assertThat(whole(A, 0, 2)).isEqualTo(COUNTED);
    assertThat(part(A, 2, 4, 0, 8)).isEqualTo(KEPT);
    ledger.open(9);
    assertThat(ledger.step()).isEqualTo(9);
    assertThat(ledger.missingSlots()).isEqualTo("[0, 4)");
    assertThat(whole(A, 2, 4)).isEqualTo(COUNTED);
    assertThat(whole(A, 0, 2)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void bytesOutOfOrderAreNotKept() {
    assertThat(part(A, 0, 4, 4, 4)).isEqualTo(OUT_OF_PLACE);
    assertThat(part(A, 0, 4, 0, 4)).isEqualTo(KEPT);
    assertThat(part(A, 0, 4, 8, 4)).isEqualTo(OUT_OF_PLACE);
    assertThat(part(A, 0, 4, 0, 4)).isEqualTo(DUPLICATE);
    assertThat(part(A, 0, 4, 4, 8)).isEqualTo(KEPT);
    assertThat(part(A, 0, 4, 12, BYTES - 12)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  @Test
  void sendersOfOneNodeDoNotMix() {
    assertThat(part(A, 0, 4, 0, 8)).isEqualTo(KEPT);
    assertThat(part(B, 0, 4, 0, 4)).isEqualTo(KEPT);
    assertThat(part(B, 0, 4, 8, 4)).isEqualTo(OUT_OF_PLACE);
    Peer nextLifeOfA = Peer.worker(0, 99);
    assertThat(part(nextLifeOfA, 0, 4, 8, BYTES - 8)).isEqualTo(OUT_OF_PLACE);
    assertThat(part(B, 0, 4, 4, BYTES - 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
    assertThat(part(A, 0, 4, 8, BYTES - 8)).isEqualTo(OUT_OF_PLACE);
  }

  @Test
  void framesThatAreNoPartOfTheBlockAreOutOfPlace() {
    int[][] bad = {
      // lo, hi, offset, bytes
      {1, 3, 0, BYTES},
      {0, 3, 0, BYTES},
      {2, 2, 0, BYTES},
      {3, 1, 0, BYTES},
      {0, 5, 0, BYTES},
      {-1, 1, 0, BYTES},
      {0, 65_535, 0, BYTES},
      {0, 4, -4, 8},
      {0, 4, 4, BYTES},
      {0, 4, BYTES, 4},
      {0, 4, Integer.MAX_VALUE, BYTES},
      {0, 4, Integer.MIN_VALUE, BYTES}
    };
    UnsafeBuffer payload = TreeSums.offHeap(BYTES);
    for (int[] frame : bad) {
      assertThat(ledger.accept(A, frame[0], frame[1], 0, BYTES, frame[2], payload, 0, frame[3]))
          .as("%d %d %d %d", frame[0], frame[1], frame[2], frame[3])
          .isEqualTo(OUT_OF_PLACE);
    }
    assertThat(pool.allocatedBytes()).isZero();
    assertThat(whole(A, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }

  /**
   * Several senders send true contributions of random nodes, in random pieces, interleaved, some of
   * them twice, some broken off: the sum is that of the tree, and the same story told again needs
   * no more memory.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 13, 20, 24})
  void everySlotCountsOnceWhateverHappens(int count) {
    for (int seed = 0; seed < 60; seed++) {
      try (ContributionPool memory = new ContributionPool(BYTES, BYTES)) {
        BlockLedger tested =
            new BlockLedger(block, new ReductionTree(count), memory, intake(block), 0);
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
    tested.reduce(new BlockSum(), target, 0);
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
    UnsafeBuffer payload = TreeSums.offHeap(TreeSums.of(values, frame.node()));
    return tested.accept(
        frame.from(),
        frame.node().lo(),
        frame.node().hi(),
        0,
        BYTES,
        frame.offset(),
        payload,
        frame.offset(),
        frame.bytes());
  }
}
