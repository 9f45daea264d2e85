package io.trireme.server.protocol;

import static io.trireme.server.protocol.Ledgers.BYTES;
import static io.trireme.server.protocol.Ledgers.LENGTH;
import static io.trireme.server.protocol.Receipt.COMPLETE;
import static io.trireme.server.protocol.Receipt.COUNTED;
import static io.trireme.server.protocol.Receipt.DUPLICATE;
import static io.trireme.server.protocol.Receipt.KEPT;
import static io.trireme.server.protocol.Receipt.OUT_OF_PLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.TreeSums;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockLedgerTest {

  private static final int SLOTS = 4;
  private static final Peer A = Peer.worker(0, 10);
  private static final Peer B = Peer.worker(1, 11);

  private final ContributionPool pool = Ledgers.pool();
  private final BlockLedger ledger = Ledgers.of(SLOTS, pool, 7);
  private final float[][] slots = TreeSums.randomSlots(new Random(2), SLOTS, LENGTH);
  private final UnsafeBuffer target = TreeSums.offHeap(BYTES);

  @AfterEach
  void freeMemory() {
    pool.close();
  }

  private Receipt whole(Peer from, int lo, int hi) {
    return part(from, lo, hi, 0, BYTES);
  }

  private Receipt part(Peer from, int lo, int hi, int offset, int bytes) {
    return Ledgers.accept(ledger, slots, from, new TreeNode(lo, hi), offset, bytes);
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
      {65_535, 1, 0, BYTES},
      {0, 65_535, 0, BYTES},
      {0, 4, -4, 8},
      {0, 4, 4, BYTES},
      {0, 4, BYTES, 4},
      {0, 4, Integer.MAX_VALUE, BYTES},
      {0, 4, Integer.MIN_VALUE, BYTES}
    };
    UnsafeBuffer payload = TreeSums.offHeap(BYTES);
    for (int[] frame : bad) {
      assertThat(Ledgers.accept(ledger, A, frame[0], frame[1], frame[2], payload, 0, frame[3]))
          .as("%d %d %d %d", frame[0], frame[1], frame[2], frame[3])
          .isEqualTo(OUT_OF_PLACE);
    }
    assertThat(pool.allocatedBytes()).isZero();
    assertThat(whole(A, 0, 4)).isEqualTo(COMPLETE);
    assertReducesToTheTreeSum();
  }
}
