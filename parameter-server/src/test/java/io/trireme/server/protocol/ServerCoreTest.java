package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.ALONE;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.SECOND;
import static io.trireme.server.protocol.CoreFixture.SELF;
import static io.trireme.server.protocol.CoreFixture.SLOTS;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.transport.Outbound;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One server, one generation, no backup. */
class ServerCoreTest extends OneServer {

  @Test
  void contributionIsCountedOnceAndLateOnesNotAtAll() {
    CoreFixture server = server(0);
    server.good(0, 0).slotTo(2);
    server.deliver(WORKER, server.limit());
    server.deliver(WORKER, server.limit());
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(server.core.waitsFor(0))
        .isEqualTo("server 0 of generation 3 waits at step 0, block 0, for slots [2, 4)");
    server.deliverGood(0, 0);
    server.deliverGood(0, 0);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 2L));
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @Test
  void stepsGoOnToTheLastAndNoFurther() {
    CoreFixture server = server(0);
    for (long step = 0; step < 3; step++) {
      server.drain();
      server.deliverGood(0, step);
      server.deliverGood(1, step);
    }
    // 10 examples in steps of 8: the second step is short, and the third is the next epoch's.
    assertThat(server.updaters.get(0).calls)
        .containsExactly(
            "average 8 4",
            "update 0 0 1.0",
            "average 2 2",
            "update 1 0 1.0",
            "average 8 4",
            "update 2 1 1.0");
    assertThat(server.core.waitsFor(0)).isEqualTo("server 0 of generation 3 waits for nothing");
    server.deliverGood(0, 3);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 3", "block 1 of step 3");
  }

  @Test
  void parametersGoToTheWorkerUnasked() {
    CoreFixture server = server(0);
    assertThat(server.sentTo(WORKER)).containsExactly("block 0 of step 0", "block 1 of step 0");
    server.deliverGood(1, 0);
    assertThat(server.sentTo(WORKER)).endsWith("block 1 of step 1").hasSize(3);
    assertThat(server.wire(WORKER).lastPayload).isEqualTo(server.mean());
    assertThat(server.hasWire(OTHER)).as("a session that nothing needs").isFalse();
  }

  @Test
  void workerGetsParametersOnlyWhenItHasBegunTheStepBefore() {
    CoreFixture server = server(0);
    server.enter(GENERATION, 0, ALONE, WORKER, SECOND);
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 1", "block 1 of step 1").hasSize(4);
    assertThat(server.sentTo(SECOND)).containsExactly("block 0 of step 0", "block 1 of step 0");
    // What it sends tells that it has all of step 0, though it is counted already.
    server.good(1, 0);
    server.deliver(SECOND, server.limit());
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(server.sentTo(SECOND)).endsWith("block 0 of step 1", "block 1 of step 1").hasSize(4);
  }

  @Test
  void contributionThatIsRefusedDoesNotTellThatAStepHasBegun() {
    CoreFixture server = server(0);
    server.enter(GENERATION, 0, ALONE, WORKER, SECOND);
    server.deliverGood(0, 0);
    server.good(1, 1);
    server.deliver(SECOND, server.limit());
    server.good(1, 0).generation(GENERATION - 1);
    server.deliver(SECOND, server.limit());
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 2L));
    assertThat(server.sentTo(SECOND)).containsExactly("block 0 of step 0", "block 1 of step 0");
  }

  @Test
  void whoTakesNothingIsNamedWithTheTime() {
    CoreFixture server = server(0);
    server.wire(WORKER).answer = Outbound.Offer.BACK_PRESSURED;
    assertThat(server.core.doWork(5)).isPositive();
    assertThat(server.core.waitsFor(1_000_000_005)).endsWith("for slots [0, 4)");
    assertThat(server.core.waitsFor(3_000_000_005L))
        .endsWith("; could send nothing to worker 0 at host:1/2 for 3 s");
    server.wire(WORKER).answer = Outbound.Offer.SENT;
    assertThat(server.core.doWork(3_000_000_006L)).isPositive();
    assertThat(server.core.waitsFor(9_000_000_000L)).endsWith("for slots [0, 4)");
  }

  @Test
  void groupsAreUpdatedOnceEveryBlocksShareIsThere() {
    CoreFixture server = server(1);
    server.deliverGood(0, 0);
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "square 0");
    server.deliverGood(1, 0);
    assertThat(server.core.waitsFor(0)).endsWith("waits at step 0, group 0, for the global norm");
    server.norm(OTHER, GENERATION, 0, 2, 7);
    // 9 + 9 + 7 is the square of 5.
    assertThat(server.updaters.get(0).calls).endsWith("update 0 0 0.2");
    assertThat(server.updaters.get(1).calls).endsWith("update 0 0 0.2");
    assertThat(server.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
  }

  @Test
  void updatersAreClosedWhenOneCannotBeMade() {
    FakeUpdaters updaters =
        new FakeUpdaters() {
          @Override
          public GroupUpdater first(BlockGroup group) {
            if (group.index() == 1) {
              throw new IllegalStateException("no memory");
            }
            return super.first(group);
          }
        };
    ServerOptions options =
        new ServerOptions(
            SELF,
            CoreFixture.PLAN,
            new SlotPlan(10, 8, SLOTS),
            0,
            3,
            ServerOptions.WHOLE_STEPS,
            0,
            CompressionPlan.plain(CoreFixture.PLAN),
            false);
    try (ServerCore core =
        new ServerCore(options, updaters, new Rejections(), Snapshots.NONE, ServerRules.STANDARD)) {
      assertThatThrownBy(() -> core.load(List.of(0, 1))).hasMessage("no memory");
    }
    assertThat(updaters.made)
        .singleElement()
        .satisfies(updater -> assertThat(updater.closed).isTrue());
  }
}
