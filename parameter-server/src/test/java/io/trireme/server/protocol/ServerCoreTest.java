package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreBench.ALONE;
import static io.trireme.server.protocol.CoreBench.BYTES;
import static io.trireme.server.protocol.CoreBench.GENERATION;
import static io.trireme.server.protocol.CoreBench.OTHER;
import static io.trireme.server.protocol.CoreBench.SECOND;
import static io.trireme.server.protocol.CoreBench.SELF;
import static io.trireme.server.protocol.CoreBench.SLOTS;
import static io.trireme.server.protocol.CoreBench.WORKER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.transport.Outbound;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.common.wire.sbe.MessageHeaderEncoder;
import io.trireme.common.wire.sbe.NormShareEncoder;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One server, one generation, no backup. */
class ServerCoreTest {

  private final List<CoreBench> benches = new ArrayList<>();

  @AfterEach
  void close() {
    benches.forEach(CoreBench::close);
  }

  private CoreBench bench(double clipGlobalNorm) {
    CoreBench bench = new CoreBench(clipGlobalNorm);
    benches.add(bench);
    return bench.enter(GENERATION, 0, ALONE, WORKER);
  }

  @Test
  void contributionsThatAreNotInPlaceChangeNothingAndAreCounted() {
    CoreBench bench = bench(0);
    String waited = bench.core.waitsFor(0);
    List<Consumer<ContributionEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.step(-2),
            message -> message.step(1),
            message -> message.step(Long.MAX_VALUE),
            message -> message.step(Long.MIN_VALUE),
            message -> message.block(-1),
            message -> message.block(2),
            message -> message.block(3),
            message -> message.block(Integer.MAX_VALUE),
            message -> message.block(Integer.MIN_VALUE),
            message -> message.slotFrom(1),
            message -> message.slotFrom(4),
            message -> message.slotTo(0),
            message -> message.slotTo(3),
            message -> message.slotTo(5),
            message -> message.slotTo(65_534),
            message -> message.slotFrom(3).slotTo(1),
            message -> message.blockBytes(0),
            message -> message.blockBytes(-BYTES),
            message -> message.blockBytes(BYTES - 4),
            message -> message.blockBytes(BYTES + 4),
            message -> message.blockBytes(Integer.MAX_VALUE),
            message -> message.frameOffset(4),
            message -> message.frameOffset(-4),
            message -> message.frameOffset(-BYTES),
            message -> message.frameOffset(BYTES),
            message -> message.frameOffset(Integer.MAX_VALUE),
            message -> message.frameOffset(Integer.MIN_VALUE));
    for (int i = 0; i < spoilt.size(); i++) {
      spoilt.get(i).accept(bench.good(0, 0));
      bench.deliver(WORKER, bench.limit());
      assertThat(bench.rejections.of(Rejection.OUT_OF_PLACE)).as("message %d", i).isEqualTo(i + 1);
      assertThat(bench.core.waitsFor(0)).isEqualTo(waited);
    }
    assertThat(bench.rejections.counted()).containsOnlyKeys(Rejection.OUT_OF_PLACE);
    bench.assertStepIsStillWhole(waited);
  }

  @Test
  void messagesThatAreNoContributionChangeNothingAndAreCounted() {
    CoreBench bench = bench(0);
    String waited = bench.core.waitsFor(0);
    int bad = 0;
    for (int template : new int[] {0, 2, 3, 4, 5, 6, 7, 65_535}) {
      bench.good(0, 0);
      bench.header.wrap(bench.bytes, 0).templateId(template);
      bench.deliver(WORKER, bench.limit());
      assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).as("%d", template).isEqualTo(++bad);
    }
    for (int codec : new int[] {1, 2, 127, 128, 254, 255}) {
      bench.good(0, 0);
      bench.bytes.putByte(codecOffset(), (byte) codec);
      bench.deliver(WORKER, bench.limit());
      assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).as("%d", codec).isEqualTo(++bad);
    }
    for (int payload : new int[] {0, 1, 2, 3, 5, BYTES - 1}) {
      bench.good(0, 0);
      bench.deliver(WORKER, bench.contribution.limit() + payload);
      assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).as("%d", payload).isEqualTo(++bad);
    }
    for (int fields : new int[] {0, 1, ContributionEncoder.BLOCK_LENGTH - 1}) {
      bench.good(0, 0);
      bench.header.wrap(bench.bytes, 0).blockLength(fields);
      bench.deliver(WORKER, bench.limit());
      assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).as("%d", fields).isEqualTo(++bad);
    }
    bench.good(0, 0);
    bench.deliver(OTHER, bench.limit());
    assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(++bad);
    assertThat(bench.rejections.counted()).containsOnlyKeys(Rejection.BAD_MESSAGE);
    bench.assertStepIsStillWhole(waited);
  }

  private static int codecOffset() {
    return MessageHeaderEncoder.ENCODED_LENGTH + ContributionEncoder.codecEncodingOffset();
  }

  @Test
  void payloadLongerThanTheBlockIsOutOfPlace() {
    CoreBench bench = bench(0);
    String waited = bench.core.waitsFor(0);
    bench.good(0, 0);
    bench.deliver(WORKER, bench.limit() + 4);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.assertStepIsStillWhole(waited);
  }

  @Test
  void fieldsOfALaterVersionArePassedOver() {
    CoreBench bench = bench(0);
    bench.good(0, 0);
    byte[] payload = new byte[BYTES];
    bench.bytes.getBytes(bench.contribution.limit(), payload);
    bench.header.wrap(bench.bytes, 0).blockLength(ContributionEncoder.BLOCK_LENGTH + 8);
    bench.bytes.putBytes(bench.contribution.limit() + 8, payload);
    bench.deliver(WORKER, bench.limit() + 8);
    assertThat(bench.rejections.counted()).isEmpty();
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    bench.assertHoldsMean(bench.updaters.get(0));
  }

  @Test
  void contributionIsCountedOnceAndLateOnesNotAtAll() {
    CoreBench bench = bench(0);
    bench.good(0, 0).slotTo(2);
    bench.deliver(WORKER, bench.limit());
    bench.deliver(WORKER, bench.limit());
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(bench.core.waitsFor(0))
        .isEqualTo("server 0 of generation 3 waits at step 0, block 0, for slots [2, 4)");
    bench.deliverGood(0, 0);
    bench.deliverGood(0, 0);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 2L));
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @Test
  void membersOfTheWorkersOfTheGenerationAloneAreHeard() {
    CoreBench bench = bench(0);
    String waited = bench.core.waitsFor(0);
    bench.good(0, 0);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.assertStepIsStillWhole(waited);
  }

  @Test
  void stepsGoOnToTheLastAndNoFurther() {
    CoreBench bench = bench(0);
    for (long step = 0; step < 3; step++) {
      bench.drain();
      bench.deliverGood(0, step);
      bench.deliverGood(1, step);
    }
    // 10 examples in steps of 8: the second step is short, and the third is the next epoch's.
    assertThat(bench.updaters.get(0).calls)
        .containsExactly(
            "average 8 4",
            "update 0 0 1.0",
            "average 2 2",
            "update 1 0 1.0",
            "average 8 4",
            "update 2 1 1.0");
    assertThat(bench.core.waitsFor(0)).isEqualTo("server 0 of generation 3 waits for nothing");
    bench.deliverGood(0, 3);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertThat(bench.sentTo(WORKER)).endsWith("block 0 of step 3", "block 1 of step 3");
  }

  @Test
  void parametersGoToTheWorkerUnasked() {
    CoreBench bench = bench(0);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 0 of step 0", "block 1 of step 0");
    bench.deliverGood(1, 0);
    assertThat(bench.sentTo(WORKER)).endsWith("block 1 of step 1").hasSize(3);
    assertThat(bench.wire(WORKER).lastPayload).isEqualTo(bench.mean());
    assertThat(bench.hasWire(OTHER)).as("a session that nothing needs").isFalse();
  }

  @Test
  void workerGetsParametersOnlyWhenItHasBegunTheStepBefore() {
    CoreBench bench = bench(0);
    bench.enter(GENERATION, 0, ALONE, WORKER, SECOND);
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    assertThat(bench.sentTo(WORKER)).endsWith("block 0 of step 1", "block 1 of step 1").hasSize(4);
    assertThat(bench.sentTo(SECOND)).containsExactly("block 0 of step 0", "block 1 of step 0");
    // What it sends tells that it has all of step 0, though it is counted already.
    bench.good(1, 0);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(bench.sentTo(SECOND)).endsWith("block 0 of step 1", "block 1 of step 1").hasSize(4);
  }

  @Test
  void contributionThatIsRefusedDoesNotTellThatAStepHasBegun() {
    CoreBench bench = bench(0);
    bench.enter(GENERATION, 0, ALONE, WORKER, SECOND);
    bench.deliverGood(0, 0);
    bench.good(1, 1);
    bench.deliver(SECOND, bench.limit());
    bench.good(1, 0).generation(GENERATION - 1);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 2L));
    assertThat(bench.sentTo(SECOND)).containsExactly("block 0 of step 0", "block 1 of step 0");
  }

  @Test
  void whoTakesNothingIsNamedWithTheTime() {
    CoreBench bench = bench(0);
    bench.wire(WORKER).answer = Outbound.Offer.BACK_PRESSURED;
    assertThat(bench.core.doWork(5)).isPositive();
    assertThat(bench.core.waitsFor(1_000_000_005)).endsWith("for slots [0, 4)");
    assertThat(bench.core.waitsFor(3_000_000_005L))
        .endsWith("; could send nothing to worker 0 at host:1/2 for 3 s");
    bench.wire(WORKER).answer = Outbound.Offer.SENT;
    assertThat(bench.core.doWork(3_000_000_006L)).isPositive();
    assertThat(bench.core.waitsFor(9_000_000_000L)).endsWith("for slots [0, 4)");
  }

  @Test
  void groupsAreUpdatedOnceEveryBlocksShareIsThere() {
    CoreBench bench = bench(1);
    bench.deliverGood(0, 0);
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "square 0");
    bench.deliverGood(1, 0);
    assertThat(bench.core.waitsFor(0)).endsWith("waits at step 0, group 0, for the global norm");
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    // 9 + 9 + 7 is the square of 5.
    assertThat(bench.updaters.get(0).calls).endsWith("update 0 0 0.2");
    assertThat(bench.updaters.get(1).calls).endsWith("update 0 0 0.2");
    assertThat(bench.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
  }

  @Test
  void sharesThatAreNotInPlaceChangeNothingAndAreCounted() {
    CoreBench bench = bench(1);
    bench.norm(OTHER, GENERATION - 1, 0, 2, 1e9);
    bench.norm(OTHER, GENERATION + 1, 0, 2, 1e9);
    bench.norm(OTHER, GENERATION, 1, 2, 1e9);
    bench.norm(OTHER, GENERATION, -1, 2, 1e9);
    bench.norm(OTHER, GENERATION, 0, -1, 1e9);
    bench.norm(OTHER, GENERATION, 0, 3, 1e9);
    bench.norm(OTHER, GENERATION, 0, Integer.MIN_VALUE, 1e9);
    bench.norm(OTHER, GENERATION, 0, 0, 1e9);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 8L));
    bench.norm(WORKER, GENERATION, 0, 2, 1e9);
    bench.share.wrapAndApplyHeader(bench.bytes, 0, bench.header);
    bench.header.wrap(bench.bytes, 0).blockLength(NormShareEncoder.BLOCK_LENGTH - 1);
    bench.deliver(OTHER, bench.share.limit());
    assertThat(bench.rejections.of(Rejection.BAD_MESSAGE)).isEqualTo(2);
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    bench.norm(OTHER, GENERATION, 0, 2, 1e9);
    assertThat(bench.rejections.of(Rejection.OUT_OF_PLACE)).isEqualTo(9);
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    assertThat(bench.updaters.get(1).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesAreOutOfPlaceWhereNothingIsClipped() {
    CoreBench bench = bench(0);
    String waited = bench.core.waitsFor(0);
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.assertStepIsStillWhole(waited);
  }

  @Test
  void updatersAreClosedWhenOneCannotBeMade() {
    List<FakeUpdater> made = new ArrayList<>();
    GroupUpdaters updaters =
        new GroupUpdaters() {
          @Override
          public GroupUpdater first(BlockGroup group) {
            if (group.index() == 1) {
              throw new IllegalStateException("no memory");
            }
            FakeUpdater updater = new FakeUpdater(group);
            made.add(updater);
            return updater;
          }

          @Override
          public GroupUpdater blank(BlockGroup group) {
            throw new AssertionError("nothing is blank here");
          }
        };
    ServerOptions options =
        new ServerOptions(SELF, CoreBench.PLAN, new SlotPlan(10, 8, SLOTS), 0, 3, 0);
    try (ServerCore core = new ServerCore(options, updaters, new Rejections())) {
      assertThatThrownBy(() -> core.load(List.of(0, 1))).hasMessage("no memory");
    }
    assertThat(made).singleElement().satisfies(updater -> assertThat(updater.closed).isTrue());
  }
}
