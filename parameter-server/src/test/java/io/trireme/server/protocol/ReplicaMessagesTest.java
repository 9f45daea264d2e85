package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreBench.BYTES;
import static io.trireme.server.protocol.CoreBench.GENERATION;
import static io.trireme.server.protocol.CoreBench.OTHER;
import static io.trireme.server.protocol.CoreBench.WORKER;
import static io.trireme.server.protocol.CoreBench.held;
import static io.trireme.server.protocol.CoreBench.primary;
import static io.trireme.server.protocol.CoreBench.recruit;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.HeldEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What one server takes from another as its backup and as its primary, and what it does not. Here
 * group 0 is backed up for server 1, group 1 is backed up by it, and group 2 is to come from it.
 */
class ReplicaMessagesTest {

  private static final List<GroupHolders> HOLDERS = List.of(held(1, 0), held(0, 1), recruit(1, 0));
  private static final Peer STRANGER = Peer.server(2, 9);
  private static final Peer OLD_LIFE = Peer.server(1, 77);

  private final CoreBench bench = new CoreBench(0).enter(GENERATION, 0, HOLDERS, WORKER);

  @AfterEach
  void close() {
    bench.close();
  }

  private FakeUpdater updater(int group) {
    return bench.updaters.get(group);
  }

  private void assertCounted(Rejection reason, int times) {
    assertThat(bench.rejections.counted()).isEqualTo(Map.of(reason, (long) times));
  }

  @Test
  void backupAppliesTheMeanGradientAndSaysThatItHoldsIt() {
    bench.goodReduced(0, 0);
    bench.deliverReduced(OTHER);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    bench.assertHoldsMean(updater(0));
    assertThat(bench.sentTo(OTHER)).containsExactly("held group 0 of step 0");
    assertThat(bench.sentTo(WORKER))
        .as("a backup's parameters")
        .containsExactly("block 1 of step 0");
    bench.goodReduced(0, 1);
    bench.deliverReduced(OTHER);
    assertThat(updater(0).calls).endsWith("update 1 0 0.5");
    assertThat(bench.sentTo(OTHER)).endsWith("held group 0 of step 1");
    assertThat(bench.rejections.counted()).isEmpty();
  }

  @Test
  void gradientIsAppliedWhenItsLastByteIsThere() {
    bench.goodReduced(0, 0);
    bench.deliver(OTHER, bench.reduced.limit() + 8);
    assertThat(updater(0).calls).isEmpty();
    bench.goodReduced(0, 0).frameOffset(8);
    byte[] rest = new byte[BYTES - 8];
    bench.bytes.getBytes(bench.reduced.limit() + 8, rest);
    bench.bytes.putBytes(bench.reduced.limit(), rest);
    bench.deliver(OTHER, bench.reduced.limit() + rest.length);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    bench.assertHoldsMean(updater(0));
  }

  @Test
  void gradientsThatAreNotInPlaceChangeNothingAndAreCounted() {
    String waited = bench.core.waitsFor(0);
    List<Consumer<ReducedEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.step(1),
            message -> message.step(-1),
            message -> message.step(Long.MAX_VALUE),
            message -> message.block(1),
            message -> message.block(2),
            message -> message.block(3),
            message -> message.block(-1),
            message -> message.block(Integer.MIN_VALUE),
            message -> message.frameOffset(4),
            message -> message.frameOffset(-4),
            message -> message.frameOffset(Integer.MAX_VALUE),
            message -> message.frameOffset(Integer.MIN_VALUE));
    int bad = 0;
    for (Consumer<ReducedEncoder> spoil : spoilt) {
      spoil.accept(bench.goodReduced(0, 0));
      bench.deliverReduced(OTHER);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      bench.goodReduced(0, 0);
      bench.deliverReduced(from);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    bench.goodReduced(0, 0);
    bench.deliver(OTHER, bench.reduced.limit() + BYTES + 4);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    assertThat(bench.core.waitsFor(0)).isEqualTo(waited);
    assertNothingWritten();
    backupAppliesTheGoodOne();
  }

  private void assertNothingWritten() {
    for (FakeUpdater updater : bench.updaters.subList(0, 2)) {
      assertThat(updater.calls).isEmpty();
      for (int i = 0; i < BYTES; i++) {
        assertThat(updater.gradient.getByte(i)).isZero();
        assertThat(updater.parameters.getByte(i)).isZero();
        assertThat(updater.memory.getByte(i)).isZero();
      }
    }
    for (int i = 0; i < BYTES; i += Float.BYTES) {
      assertThat(updater(2).parameters.getFloat(i)).isNaN();
      assertThat(updater(2).memory.getFloat(i)).isNaN();
    }
  }

  private void backupAppliesTheGoodOne() {
    bench.goodReduced(0, 0);
    bench.deliverReduced(OTHER);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    bench.assertHoldsMean(updater(0));
  }

  @Test
  void messagesThatAreCutOrComeFromWorkersAreCounted() {
    int bad = 0;
    bench.goodReduced(0, 0);
    bench.deliverReduced(WORKER);
    bench.goodHeld(1, 0);
    bench.deliverHeld(WORKER);
    bench.goodState(2, 0, 0, 1);
    bench.deliverState(WORKER, BYTES);
    assertCounted(Rejection.BAD_MESSAGE, bad += 3);
    for (int payload : new int[] {0, 1, 3, 5, BYTES - 1}) {
      bench.goodReduced(0, 0);
      bench.deliver(OTHER, bench.reduced.limit() + payload);
      bench.goodState(2, 0, 0, 1);
      bench.deliver(OTHER, bench.state.limit() + payload);
      assertCounted(Rejection.BAD_MESSAGE, bad += 2);
    }
    bench.goodReduced(0, 0);
    bench.header.wrap(bench.bytes, 0).blockLength(ReducedEncoder.BLOCK_LENGTH - 1);
    bench.deliverReduced(OTHER);
    bench.goodHeld(1, 0);
    bench.header.wrap(bench.bytes, 0).blockLength(HeldEncoder.BLOCK_LENGTH - 1);
    bench.deliverHeld(OTHER);
    bench.goodState(2, 0, 0, 1);
    bench.header.wrap(bench.bytes, 0).blockLength(StateEncoder.BLOCK_LENGTH - 1);
    bench.deliverState(OTHER, BYTES);
    assertCounted(Rejection.BAD_MESSAGE, bad + 3);
    assertNothingWritten();
    backupAppliesTheGoodOne();
  }

  @Test
  void workersGetNothingThatTheBackupDoesNotHold() {
    bench.deliverGood(1, 0);
    assertThat(bench.sentTo(OTHER)).containsExactly("gradient of block 1 of step 0 times 1.0");
    assertThat(bench.wire(OTHER).lastPayload).isEqualTo(bench.mean());
    assertThat(updater(1).calls).endsWith("update 0 0 1.0");
    assertThat(bench.sentTo(WORKER)).containsExactly("block 1 of step 0");
    assertThat(bench.core.waitsFor(0))
        .isEqualTo("server 0 of generation 3 waits for server 1 to hold group 1 of step 0");
    bench.goodHeld(1, 0);
    bench.deliverHeld(OTHER);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 1 of step 0", "block 1 of step 1");
    assertThat(bench.rejections.counted()).isEmpty();
  }

  @Test
  void answersThatAreNotInPlaceReleaseNothingAndAreCounted() {
    bench.deliverGood(1, 0);
    bench.drain();
    List<Consumer<HeldEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.step(1),
            message -> message.step(-1),
            message -> message.step(Long.MIN_VALUE),
            message -> message.group(0),
            message -> message.group(2),
            message -> message.group(3),
            message -> message.group(-1));
    int bad = 0;
    for (Consumer<HeldEncoder> spoil : spoilt) {
      spoil.accept(bench.goodHeld(1, 0));
      bench.deliverHeld(OTHER);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      bench.goodHeld(1, 0);
      bench.deliverHeld(from);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    assertThat(bench.sentTo(WORKER)).containsExactly("block 1 of step 0");
    bench.goodHeld(1, 0);
    bench.deliverHeld(OTHER);
    bench.goodHeld(1, 0);
    bench.deliverHeld(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, bad + 1);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 1 of step 0", "block 1 of step 1");
  }

  @Test
  void answerBeforeTheGradientHasLeftIsOutOfPlace() {
    bench.wire(OTHER).room = 0;
    bench.deliverGood(1, 0);
    bench.goodHeld(1, 0);
    bench.deliverHeld(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    assertThat(bench.sentTo(WORKER)).containsExactly("block 1 of step 0");
  }

  private void giveState(long step, float value) {
    for (int part = 0; part < CoreBench.PARTS.size(); part++) {
      bench.goodState(2, step, part, value + part);
      bench.deliverState(OTHER, CoreBench.PARTS.get(part));
    }
  }

  @Test
  void blankReplicaIsWholeWhenItHasAllOfTheState() {
    assertThat(bench.core.isWhole()).isFalse();
    assertThat(bench.core.seal()).containsExactly(new GroupStep(0, 0), new GroupStep(1, 0));
    bench.enter(GENERATION, 0, HOLDERS, WORKER);
    giveState(2, 5);
    assertThat(bench.core.isWhole()).isTrue();
    for (int i = 0; i < BYTES; i += Float.BYTES) {
      assertThat(updater(2).parameters.getFloat(i)).isEqualTo(7);
      assertThat(updater(2).memory.getFloat(i)).isEqualTo(8);
    }
    bench.goodReduced(2, 2);
    bench.deliverReduced(OTHER);
    assertThat(updater(2).calls).containsExactly("update 2 1 0.5");
    assertThat(bench.sentTo(OTHER)).containsExactly("held group 2 of step 2");
    assertThat(bench.rejections.counted()).isEmpty();
    assertThat(bench.core.seal())
        .containsExactly(new GroupStep(0, 0), new GroupStep(1, 0), new GroupStep(2, 3));
  }

  @Test
  void stateThatIsNotInPlaceChangesNothingAndIsCounted() {
    List<Consumer<StateEncoder>> spoilt =
        List.of(
            message -> message.generation(GENERATION - 1),
            message -> message.generation(GENERATION + 1),
            message -> message.group(1),
            message -> message.group(3),
            message -> message.group(-1),
            message -> message.part(1),
            message -> message.part(9),
            message -> message.part(-1),
            message -> message.part(Integer.MIN_VALUE),
            message -> message.partBytes(BYTES - 4),
            message -> message.partBytes(BYTES + 4),
            message -> message.partBytes(-1),
            message -> message.frameOffset(4),
            message -> message.frameOffset(-4),
            message -> message.frameOffset(Integer.MAX_VALUE));
    int bad = 0;
    for (Consumer<StateEncoder> spoil : spoilt) {
      spoil.accept(bench.goodState(2, 0, 0, 1));
      bench.deliverState(OTHER, BYTES);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      bench.goodState(2, 0, 0, 1);
      bench.deliverState(from, BYTES);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    bench.goodState(2, 0, 0, 1);
    bench.deliver(OTHER, bench.state.limit() + BYTES + 4);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    bench.goodReduced(2, 0);
    bench.deliverReduced(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    assertNothingWritten();
    giveState(0, 5);
    assertCounted(Rejection.OUT_OF_PLACE, bad);
    assertThat(bench.core.seal()).contains(new GroupStep(2, 0));
  }

  @Test
  void halfAStateIsWorthNothing() {
    bench.goodState(2, 1, 0, 5);
    bench.deliverState(OTHER, BYTES);
    bench.goodState(2, 1, 1, 5);
    bench.deliverState(OTHER, Double.BYTES);
    bench.goodState(2, 1, 2, 5);
    bench.deliverState(OTHER, 8);
    assertThat(bench.core.seal()).containsExactly(new GroupStep(0, 0), new GroupStep(1, 0));
    bench.enter(GENERATION + 1, 0, HOLDERS, WORKER);
    bench.goodState(2, 1, 2, 5).frameOffset(8);
    bench.deliverState(OTHER, BYTES - 8);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    giveState(1, 5);
    assertThat(bench.core.seal()).contains(new GroupStep(2, 1));
  }

  @Test
  void replicaThatIsBroughtUpAgainIsNotWholeMeanwhile() {
    bench.enter(GENERATION + 1, 0, List.of(recruit(1, 0), primary(0), primary(1)), WORKER);
    assertThat(updater(2).closed).as("what it holds no more is freed").isTrue();
    bench.goodState(0, 1, 0, 5);
    bench.deliverState(OTHER, BYTES);
    assertThat(bench.core.seal()).containsExactly(new GroupStep(1, 0));
  }
}
