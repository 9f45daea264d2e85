package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.ALONE;
import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.PLAN;
import static io.trireme.server.protocol.CoreFixture.SECOND;
import static io.trireme.server.protocol.CoreFixture.SELF;
import static io.trireme.server.protocol.CoreFixture.SLOTS;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.TreeSums;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server whose slots are streams of steps: each step of a slot counts once and in order. */
class SlotStreamsTest {

  private static final long STALENESS = 1;
  private static final long LAST_STEP = 3;

  private final CoreFixture server =
      new CoreFixture(
              new ServerOptions(
                  SELF,
                  PLAN,
                  new SlotPlan(80, 8, SLOTS),
                  0,
                  LAST_STEP,
                  STALENESS,
                  0,
                  CompressionPlan.plain(PLAN),
                  false))
          .enter(GENERATION, 0, ALONE, WORKER);

  @AfterEach
  void close() {
    server.close();
  }

  /** Makes ready a slot's true gradient of block 0. */
  private ContributionEncoder slot(int slot, long step) {
    ContributionEncoder message = server.good(0, step).slotFrom(slot).slotTo(slot + 1);
    float[] floats = TreeSums.of(server.slots, new TreeNode(slot, slot + 1));
    server.bytes.putBytes(message.limit(), TreeSums.offHeap(floats), 0, BYTES);
    return message;
  }

  private void push(int slot, long step) {
    slot(slot, step);
    server.deliver(WORKER, server.limit());
  }

  private void pushAll(long step) {
    for (int slot = 0; slot < SLOTS; slot++) {
      push(slot, step);
    }
  }

  /** Gradients are added in the order in which they came, which here is that of the slots. */
  private void assertHoldsMeanInOrder() {
    float[] mean = server.slots[0].clone();
    for (int slot = 1; slot < SLOTS; slot++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += server.slots[slot][i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= 2;
    }
    assertThat(TreeSums.bits(TreeSums.floats(updater().parameters, 0, mean.length)))
        .isEqualTo(TreeSums.bits(mean));
  }

  private FakeUpdater updater() {
    return server.updaters.get(0);
  }

  @Test
  void asManyGradientsAsSlotsMakeAnUpdate() {
    push(0, 0);
    push(0, 1);
    push(3, 0);
    assertThat(updater().calls).isEmpty();
    assertThat(server.core.waitsFor(0)).endsWith("has slots at steps [2, 0, 0, 1]");
    push(0, 2);
    assertThat(updater().calls).containsExactly("average 8 4", "update 0 0 1.0");
    assertThat(server.rejections.counted()).isEmpty();
    assertThat(server.core.seal())
        .containsExactly(
            new GroupStep(0, 1, List.of(3L, 0L, 0L, 1L), GENERATION, false),
            new GroupStep(1, 0, List.of(0L, 0L, 0L, 0L), GENERATION, false));
  }

  @Test
  void stepsOfASlotCountOnceAndInOrder() {
    push(1, 1);
    push(1, -2);
    push(1, 0);
    push(1, 0);
    push(1, 2);
    assertThat(server.rejections.counted())
        .isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 3L, Rejection.DUPLICATE, 1L));
    slot(0, 0).slotTo(2);
    server.deliver(WORKER, server.limit());
    slot(0, 0).slotFrom(SLOTS).slotTo(SLOTS + 1);
    server.deliver(WORKER, server.limit());
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(5);
    assertThat(server.core.waitsFor(0)).endsWith("has slots at steps [0, 1, 0, 0]");
  }

  @Test
  void framesThatAreNotInPlaceChangeNothing() {
    server.enter(GENERATION, 0, ALONE, WORKER, SECOND);
    List<Peer> senders = List.of(WORKER, SECOND);
    slot(0, 0).frameOffset(4);
    server.deliver(WORKER, server.limit() - 4);
    slot(0, 0).blockBytes(BYTES - 4);
    server.deliver(WORKER, server.limit() - 4);
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(2);
    for (Peer sender : senders) {
      slot(0, 0);
      server.deliver(sender, server.limit() - 8);
    }
    assertThat(server.rejections.of(Rejection.DUPLICATE)).isEqualTo(1);
    slot(0, 0).frameOffset(BYTES - 8);
    server.deliver(SECOND, server.limit() - BYTES + 8);
    assertThat(server.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(3);
    byte[] rest = new byte[8];
    slot(0, 0);
    server.bytes.getBytes(server.limit() - 8, rest);
    slot(0, 0).frameOffset(BYTES - 8);
    server.bytes.putBytes(server.limit() - BYTES, rest);
    server.deliver(WORKER, server.limit() - BYTES + 8);
    for (int slot = 1; slot < SLOTS; slot++) {
      push(slot, 0);
    }
    assertHoldsMeanInOrder();
  }

  @Test
  void whatIsNotCountedIsForgottenAtTheEndOfAGeneration() {
    push(0, 0);
    slot(1, 0);
    server.deliver(WORKER, server.limit() - 8);
    server.enter(GENERATION + 1, 0, ALONE, WORKER);
    slot(1, 0).frameOffset(BYTES - 8);
    server.deliver(WORKER, server.limit() - BYTES + 8);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    for (int slot = 1; slot < SLOTS; slot++) {
      push(slot, 0);
    }
    assertHoldsMeanInOrder();
  }

  /** Of two workers that have two slots each: none is more than a step ahead of the other. */
  @Test
  void answersKeepTheBoundOfStaleness() {
    server.enterHalves(GENERATION + 1, 0, ALONE, WORKER, SECOND);
    assertThat(server.sentTo(WORKER)).containsExactly("block 0 of step 0", "block 1 of step 0");
    push(0, 0);
    assertThat(server.sentTo(WORKER)).as("slot 1 is missing").hasSize(2);
    push(1, 0);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 1").hasSize(3);
    push(0, 1);
    push(1, 1);
    assertThat(server.sentTo(WORKER)).as("slots 2 and 3 are at step 0").hasSize(3);
    for (int slot = 2; slot < SLOTS; slot++) {
      slot(slot, 0);
      server.deliver(SECOND, server.limit());
    }
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 2").hasSize(4);
    assertThat(server.sentTo(SECOND)).endsWith("block 0 of step 1").hasSize(3);
    assertThat(server.core.staleness()).isEqualTo(STALENESS);
  }

  @Test
  void lastAnswerWaitsForAllSlots() {
    server.enterHalves(GENERATION + 1, 0, ALONE, WORKER, SECOND);
    pushAll(0);
    pushAll(1);
    push(0, 2);
    push(1, 2);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 2");
    push(2, 2);
    push(3, 2);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 3");
    assertThat(updater().calls).hasSize(6).endsWith("update 2 0 1.0");
  }
}
