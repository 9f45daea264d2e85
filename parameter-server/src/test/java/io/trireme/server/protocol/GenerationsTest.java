package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.ALONE;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.SECOND;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static io.trireme.server.protocol.CoreFixture.held;
import static io.trireme.server.protocol.CoreFixture.primary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.message.Membership.Counted;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Rejection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One server from one generation to the next. */
class GenerationsTest extends OneServer {

  private static final int NEXT = GENERATION + 1;

  @Test
  void sealingStopsEverythingAndTellsHowFarItIs() {
    CoreFixture server = server(0);
    server.drain();
    server.deliverGood(0, 0);
    Wire worker = server.wire(WORKER);
    assertThat(server.core.seal())
        .containsExactly(new GroupStep(0, 1, GENERATION), new GroupStep(1, 0, GENERATION));
    assertThat(worker.closed).isTrue();
    assertThat(worker.messages).as("what had not left").hasSize(2);
    assertThat(server.core.doWork(0)).isZero();
    server.deliverGood(1, 0);
    server.norm(OTHER, GENERATION, 0, 2, 7);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 2L));
    assertThat(server.updaters.get(1).calls).isEmpty();
    assertThat(server.core.waitsFor(0)).isEqualTo("server 0 waits for a generation");
  }

  @Test
  void lateMessagesOfAnOlderGenerationChangeNothing() {
    CoreFixture server = server(0);
    server.enter(NEXT, 0, ALONE, WORKER);
    String waited = server.core.waitsFor(0);
    server.good(0, 0).generation(GENERATION);
    server.deliver(WORKER, server.limit());
    server.norm(OTHER, GENERATION, 0, 2, 7);
    server.goodReduced(0, 0).generation(GENERATION);
    server.deliverReduced(OTHER);
    server.goodHeld(0, 0).generation(GENERATION);
    server.deliverHeld(OTHER);
    server.goodState(0, 0, 0, 1).generation(GENERATION);
    server.deliverState(OTHER, CoreFixture.BYTES);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 5L));
    server.assertStepIsStillWhole(waited);
  }

  @Test
  void generationThatBeginsBehindSomeGroupsSendsBothVersionsInOrder() {
    CoreFixture server = server(0);
    server.drain();
    server.deliverGood(0, 0);
    server.enter(NEXT, 0, ALONE, WORKER);
    assertThat(server.sentTo(WORKER)).containsExactly("block 0 of step 0", "block 1 of step 0");
    assertThat(server.wire(WORKER).lastPayload).containsOnly(0);
    // The step is computed again as a whole: what was counted and applied already is dropped.
    server.deliverGood(1, 0);
    server.deliverGood(0, 0);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
    assertThat(server.sentTo(WORKER)).hasSize(4).endsWith("block 0 of step 1", "block 1 of step 1");
    for (FakeUpdater updater : server.updaters) {
      assertThat(updater.calls).containsExactly("average 8 4", "update 0 0 1.0");
      server.assertHoldsMean(updater);
    }
  }

  @Test
  void parametersOfTheStepBeforeAreThoseThatWereBeforeTheUpdate() {
    CoreFixture server = server(0);
    server.drain();
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    server.drain();
    server.slots[0][1] += 1000;
    server.deliverGood(0, 1);
    server.enter(NEXT, 1, List.of(primary(0), primary(1), primary(1)), WORKER);
    server.slots[0][1] -= 1000;
    assertThat(server.sentTo(WORKER)).containsExactly("block 0 of step 1");
    assertThat(server.wire(WORKER).lastPayload).isEqualTo(server.mean());
    server.slots[0][1] += 1000;
    server.deliverGood(0, 1);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 2");
    assertThat(server.wire(WORKER).lastPayload).isEqualTo(server.mean());
  }

  @Test
  void whatIsCountedStaysCountedAndWhatIsNotWholeIsDropped() {
    CoreFixture server = server(0);
    server.good(0, 0).slotTo(2);
    server.deliver(WORKER, server.limit());
    server.good(0, 0).slotFrom(2);
    server.deliver(WORKER, server.contribution.limit() + 8);
    server.enter(NEXT, 0, ALONE, WORKER, SECOND);
    assertThat(server.core.waitsFor(0)).endsWith("block 0, for slots [2, 4)");
    server.good(0, 0).slotFrom(2).frameOffset(8);
    server.deliver(WORKER, server.limit() - 8);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    server.good(0, 0).slotTo(1);
    server.deliver(SECOND, server.limit());
    assertThat(server.rejections.of(Rejection.DUPLICATE)).isEqualTo(1);
    server.good(0, 0).slotFrom(2);
    server.deliver(SECOND, server.limit());
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @Test
  void groupThatItIsToServeMustBeWhole() {
    CoreFixture server = server(0);
    assertThatThrownBy(
            () -> server.enter(NEXT, 0, List.of(primary(0), primary(0), primary(0)), WORKER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("server 0 is to serve group 2, of which it has no whole state");
  }

  @Test
  void groupsThatItHoldsNoMoreAreFreed() {
    CoreFixture server = server(0);
    server.good(1, 0).slotTo(2);
    server.deliver(WORKER, server.limit());
    server.enter(NEXT, 0, List.of(primary(0), primary(1), primary(1)), WORKER);
    assertThat(server.updaters.get(0).closed).isFalse();
    assertThat(server.updaters.get(1).closed).isTrue();
    server.deliverGood(1, 0);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    server.deliverGood(0, 0);
    assertThat(server.core.seal()).containsExactly(new GroupStep(0, 1, NEXT));
  }

  @Test
  void whatIsNotCountedIsGatheredAnew() {
    CoreFixture server = server(0);
    server.good(0, 0).slotTo(2);
    server.deliver(WORKER, server.limit());
    server.deliverGood(1, 0);
    server.counted =
        List.of(new Counted(0, List.of()), new Counted(1, List.of()), new Counted(0, List.of()));
    server.enter(NEXT, 0, ALONE, WORKER);
    assertThat(server.core.waitsFor(0)).endsWith("waits at step 0, block 0, for slots [0, 4)");
    server.deliverGood(0, 0);
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "update 0 0 1.0");
    server.deliverGood(1, 0);
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.DUPLICATE, 1L));
  }

  /** A gradient that is counted is kept, to be sent again to a backup that has it. */
  @Test
  void meanGradientIsKeptIfAndOnlyIfItsStepIsCounted() {
    var holders = List.of(held(0, 1), primary(1), primary(1));
    for (long counted : new long[] {0, 1}) {
      CoreFixture server = server(0);
      server.enter(GENERATION, 0, holders, WORKER);
      server.deliverGood(0, 0);
      Counted other = new Counted(0, List.of());
      server.counted = List.of(new Counted(counted, List.of()), other, other);
      server.enter(NEXT, 0, holders, WORKER);
      assertThat(server.sentTo(OTHER).size())
          .as("counted before step %d", counted)
          .isEqualTo(counted);
    }
  }

  @Test
  void sharesOfTheNormAreSentAgain() {
    CoreFixture server = server(1);
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    assertThat(server.sentTo(OTHER)).hasSize(2);
    server.enter(NEXT, 0, ALONE, WORKER);
    assertThat(server.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
    assertThat(server.core.waitsFor(0)).endsWith("waits at step 0, group 0, for the global norm");
    server.norm(OTHER, NEXT, 0, 2, 7);
    assertThat(server.updaters.get(0).calls)
        .containsExactly("average 8 4", "square 0", "update 0 0 0.2");
    assertThat(server.updaters.get(1).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void sharesThatCameInAnOlderGenerationAreWaitedForAgain() {
    CoreFixture server = server(1);
    server.norm(OTHER, GENERATION, 0, 2, 7);
    server.enter(NEXT, 0, ALONE, WORKER);
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    assertThat(server.updaters.get(0).calls).containsExactly("average 8 4", "square 0");
    server.norm(OTHER, NEXT, 0, 2, 7);
    assertThat(server.updaters.get(0).calls).endsWith("update 0 0 0.2");
  }

  @Test
  void serverThatIsAheadLetsTheOthersHaveItsShares() {
    CoreFixture server = server(1);
    server.deliverGood(0, 0);
    server.deliverGood(1, 0);
    server.norm(OTHER, GENERATION, 0, 2, 7);
    server.enter(NEXT, 0, ALONE, WORKER);
    assertThat(server.sentTo(OTHER))
        .containsExactly("share of block 0 of step 0: 9.0", "share of block 1 of step 0: 9.0");
    // The other server's share of the old step changes nothing here any more, whether it comes
    // before that of the new one or after.
    server.norm(OTHER, NEXT, 1, 2, 46);
    server.norm(OTHER, NEXT, 0, 2, 1e9);
    assertThat(server.rejections.counted()).isEmpty();
    server.deliverGood(0, 1);
    server.deliverGood(1, 1);
    assertThat(server.updaters.get(0).calls).endsWith("update 1 0 0.125");
    assertThat(server.updaters.get(1).calls).endsWith("update 1 0 0.125");
  }

  /** The scale is known, but the gradient has not left for the backup when the session breaks. */
  @Test
  void gradientThatIsScaledAlreadyWaitsForNoSharesOfItsStep() {
    CoreFixture server = server(1);
    var holders = List.of(held(0, 1), primary(1), primary(1));
    server.enter(GENERATION, 0, holders, WORKER);
    server.wire(OTHER).room = 0;
    server.deliverGood(0, 0);
    server.norm(OTHER, GENERATION, 0, 1, 7);
    server.norm(OTHER, GENERATION, 0, 2, 9);
    server.enter(NEXT, 0, holders, WORKER);
    assertThat(server.sentTo(OTHER))
        .containsExactly(
            "share of block 0 of step 0: 9.0", "gradient of block 0 of step 0 times 0.2");
    server.goodHeld(0, 0);
    server.deliverHeld(OTHER);
    assertThat(server.sentTo(WORKER)).containsExactly("block 0 of step 0");
    server.deliverGood(0, 0);
    assertThat(server.sentTo(WORKER)).endsWith("block 0 of step 1");
    server.deliverGood(0, 1);
    // The other server's shares of step 0 come late, and are none of step 1.
    server.norm(OTHER, NEXT, 0, 1, 7);
    server.norm(OTHER, NEXT, 0, 2, 9);
    assertThat(server.sentTo(OTHER)).endsWith("share of block 0 of step 1: 9.0");
    server.norm(OTHER, NEXT, 1, 1, 27);
    server.norm(OTHER, NEXT, 1, 2, 28);
    assertThat(server.sentTo(OTHER)).endsWith("gradient of block 0 of step 1 times 0.125");
  }

  @Test
  void lastStepIsKeptAndSentOnce() {
    CoreFixture server = server(0);
    for (long step = 0; step < 3; step++) {
      server.drain();
      server.deliverGood(0, step);
      server.deliverGood(1, step);
    }
    server.enter(NEXT, 3, ALONE, SECOND);
    assertThat(server.sentTo(SECOND)).containsExactly("block 0 of step 3", "block 1 of step 3");
    server.good(0, 3);
    server.deliver(SECOND, server.limit());
    assertThat(server.rejections.counted()).isEqualTo(Map.of(Rejection.OUT_OF_PLACE, 1L));
    assertThat(server.core.waitsFor(0)).isEqualTo("server 0 of generation 4 waits for nothing");
  }
}
