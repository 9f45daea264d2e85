package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreBench.ALONE;
import static io.trireme.server.protocol.CoreBench.GENERATION;
import static io.trireme.server.protocol.CoreBench.OTHER;
import static io.trireme.server.protocol.CoreBench.SECOND;
import static io.trireme.server.protocol.CoreBench.WORKER;
import static io.trireme.server.protocol.CoreBench.held;
import static io.trireme.server.protocol.CoreBench.primary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One server from one generation to the next. */
class GenerationsTest {

  private static final int NEXT = GENERATION + 1;

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
  void sealingStopsEverythingAndTellsHowFarItIs() {
    CoreBench bench = bench(0);
    bench.drain();
    bench.deliverGood(0, 0);
    Wire worker = bench.wire(WORKER);
    assertThat(bench.core.seal()).containsExactly(new GroupStep(0, 1), new GroupStep(1, 0));
    assertThat(worker.closed).isTrue();
    assertThat(worker.messages).as("what had not left").hasSize(2);
    assertThat(bench.core.doWork(0)).isZero();
    bench.deliverGood(1, 0);
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 2L));
    assertThat(bench.updaters.get(1).calls).isEmpty();
    assertThat(bench.core.waitsFor(0)).isEqualTo("server 0 waits for a generation");
  }

  @Test
  void lateMessagesOfAnOlderGenerationChangeNothing() {
    CoreBench bench = bench(0);
    bench.enter(NEXT, 0, ALONE, WORKER);
    String waited = bench.core.waitsFor(0);
    bench.good(0, 0).generation(GENERATION);
    bench.deliver(WORKER, bench.limit());
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    bench.goodReduced(0, 0).generation(GENERATION);
    bench.deliverReduced(OTHER);
    bench.goodHeld(0, 0).generation(GENERATION);
    bench.deliverHeld(OTHER);
    bench.goodState(0, 0, 0, 1).generation(GENERATION);
    bench.deliverState(OTHER, CoreBench.BYTES);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 5L));
    bench.assertStepIsStillWhole(waited);
  }

  @Test
  void generationThatBeginsBehindSomeGroupsSendsBothVersionsInOrder() {
    CoreBench bench = bench(0);
    bench.drain();
    bench.deliverGood(0, 0);
    bench.enter(NEXT, 0, ALONE, WORKER);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 0 of step 0", "block 1 of step 0");
    assertThat(bench.wire(WORKER).lastPayload).containsOnly(0);
    // The step is computed again as a whole: what was counted and applied already is dropped.
    bench.deliverGood(1, 0);
    bench.deliverGood(0, 0);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(bench.sentTo(WORKER)).hasSize(4).endsWith("block 0 of step 1", "block 1 of step 1");
    for (FakeUpdater updater : bench.updaters) {
      assertThat(updater.calls).containsExactly("average 8 4", "update 0 0 1.0");
      bench.assertHoldsMean(updater);
    }
  }

  @Test
  void parametersOfTheStepBeforeAreThoseThatWereBeforeTheUpdate() {
    CoreBench bench = bench(0);
    bench.drain();
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    bench.drain();
    bench.slots[0][1] += 1000;
    bench.deliverGood(0, 1);
    bench.enter(NEXT, 1, List.of(primary(0), primary(1), primary(1)), WORKER);
    bench.slots[0][1] -= 1000;
    assertThat(bench.sentTo(WORKER)).containsExactly("block 0 of step 1");
    assertThat(bench.wire(WORKER).lastPayload).isEqualTo(bench.mean());
    bench.slots[0][1] += 1000;
    bench.deliverGood(0, 1);
    assertThat(bench.sentTo(WORKER)).endsWith("block 0 of step 2");
    assertThat(bench.wire(WORKER).lastPayload).isEqualTo(bench.mean());
  }

  @Test
  void whatIsCountedStaysCountedAndWhatIsNotWholeIsDropped() {
    CoreBench bench = bench(0);
    bench.good(0, 0).slotTo(2);
    bench.deliver(WORKER, bench.limit());
    bench.good(0, 0).slotFrom(2);
    bench.deliver(WORKER, bench.contribution.limit() + 8);
    bench.enter(NEXT, 0, ALONE, WORKER, SECOND);
    assertThat(bench.core.waitsFor(0)).endsWith("block 0, for slots [2, 4)");
    bench.good(0, 0).slotFrom(2).frameOffset(8);
    bench.deliver(WORKER, bench.limit() - 8);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.good(0, 0).slotTo(1);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.rejections.of(Rejection.DUPLICATE)).isEqualTo(1);
    bench.good(0, 0).slotFrom(2);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @Test
  void groupThatItIsToServeMustBeWhole() {
    CoreBench bench = bench(0);
    assertThatThrownBy(
            () -> bench.enter(NEXT, 0, List.of(primary(0), primary(0), primary(0)), WORKER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("server 0 is to serve group 2, of which it has no whole state");
  }

  @Test
  void groupsThatItHoldsNoMoreAreFreed() {
    CoreBench bench = bench(0);
    bench.good(1, 0).slotTo(2);
    bench.deliver(WORKER, bench.limit());
    bench.enter(NEXT, 0, List.of(primary(0), primary(1), primary(1)), WORKER);
    assertThat(bench.updaters.get(0).closed).isFalse();
    assertThat(bench.updaters.get(1).closed).isTrue();
    bench.deliverGood(1, 0);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.deliverGood(0, 0);
    assertThat(bench.core.seal()).containsExactly(new GroupStep(0, 1));
  }

  @Test
  void sharesOfTheNormAreSentAgain() {
    CoreBench bench = bench(1);
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    assertThat(bench.sentTo(OTHER)).hasSize(2);
    bench.enter(NEXT, 0, ALONE, WORKER);
    assertThat(bench.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
    assertThat(bench.core.waitsFor(0)).endsWith("waits at step 0, group 0, for the global norm");
    bench.norm(OTHER, NEXT, 0, 2, 7);
    assertThat(bench.updaters.get(0).calls)
        .containsExactly("average 8 4", "square 0", "update 0 0 0.2");
    assertThat(bench.updaters.get(1).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesThatCameInAnOlderGenerationAreWaitedForAgain() {
    CoreBench bench = bench(1);
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    bench.enter(NEXT, 0, ALONE, WORKER);
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    assertThat(bench.updaters.get(0).calls).containsExactly("average 8 4", "square 0");
    bench.norm(OTHER, NEXT, 0, 2, 7);
    assertThat(bench.updaters.get(0).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void serverThatIsAheadLetsTheOthersHaveItsShares() {
    CoreBench bench = bench(1);
    bench.deliverGood(0, 0);
    bench.deliverGood(1, 0);
    bench.norm(OTHER, GENERATION, 0, 2, 7);
    bench.enter(NEXT, 0, ALONE, WORKER);
    assertThat(bench.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
    // The other server's share of the old step is of no use here any more, those of the new one
    // are.
    bench.norm(OTHER, NEXT, 0, 2, 1e9);
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    bench.norm(OTHER, NEXT, 1, 2, 46);
    bench.deliverGood(0, 1);
    bench.deliverGood(1, 1);
    assertThat(bench.updaters.get(0).calls).endsWith("update 1 0 0.125");
    assertThat(bench.updaters.get(1).calls).endsWith("update 1 0 0.125");
  }

  /** The scale is known, but the gradient has not left for the backup when the session breaks. */
  @Test
  void gradientThatIsScaledAlreadyWaitsForNoSharesOfItsStep() {
    CoreBench bench = bench(1);
    var holders = List.of(held(0, 1), primary(1), primary(1));
    bench.enter(GENERATION, 0, holders, WORKER);
    bench.wire(OTHER).room = 0;
    bench.deliverGood(0, 0);
    bench.norm(OTHER, GENERATION, 0, 1, 7);
    bench.norm(OTHER, GENERATION, 0, 2, 9);
    bench.enter(NEXT, 0, holders, WORKER);
    assertThat(bench.sentTo(OTHER))
        .containsExactly(
            "share of block 0 of step 0: 9.0", "gradient of block 0 of step 0 times 0.2");
    bench.goodHeld(0, 0);
    bench.deliverHeld(OTHER);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 0 of step 0");
    bench.deliverGood(0, 0);
    assertThat(bench.sentTo(WORKER)).endsWith("block 0 of step 1");
    bench.deliverGood(0, 1);
    // The other server's shares of step 0 come late, and are none of step 1.
    bench.norm(OTHER, NEXT, 0, 1, 7);
    bench.norm(OTHER, NEXT, 0, 2, 9);
    assertThat(bench.sentTo(OTHER)).endsWith("share of block 0 of step 1: 9.0");
    bench.norm(OTHER, NEXT, 1, 1, 27);
    bench.norm(OTHER, NEXT, 1, 2, 28);
    assertThat(bench.sentTo(OTHER)).endsWith("gradient of block 0 of step 1 times 0.125");
  }

  @Test
  void lastStepIsKeptAndSentOnce() {
    CoreBench bench = bench(0);
    for (long step = 0; step < 3; step++) {
      bench.drain();
      bench.deliverGood(0, step);
      bench.deliverGood(1, step);
    }
    bench.enter(NEXT, 3, ALONE, SECOND);
    assertThat(bench.sentTo(SECOND)).containsExactly("block 0 of step 3", "block 1 of step 3");
    bench.good(0, 3);
    bench.deliver(SECOND, bench.limit());
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertThat(bench.core.waitsFor(0)).isEqualTo("server 0 of generation 4 waits for nothing");
  }
}
