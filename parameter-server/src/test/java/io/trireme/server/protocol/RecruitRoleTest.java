package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static io.trireme.server.protocol.CoreFixture.primary;
import static io.trireme.server.protocol.CoreFixture.recruit;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.StateEncoder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a recruit takes from its primary, and what it does not. */
class RecruitRoleTest extends RoleFixture {

  private void giveState(int group, long step, float value) {
    for (int part = 0; part < CoreFixture.PARTS.size(); part++) {
      server.goodState(group, step, part, value + part);
      server.deliverState(OTHER, CoreFixture.PARTS.get(part));
    }
  }

  @Test
  void blankReplicaIsWholeWhenItHasAllOfTheState() {
    assertThat(server.core.isWhole()).isFalse();
    assertThat(server.core.seal())
        .containsExactly(new GroupStep(0, 0, GENERATION), new GroupStep(1, 0, GENERATION));
    server.enter(GENERATION, 0, HOLDERS, WORKER);
    giveState(2, 2, 5);
    assertThat(server.core.isWhole()).isTrue();
    for (int i = 0; i < BYTES; i += Float.BYTES) {
      assertThat(updater(2).parameters.getFloat(i)).isEqualTo(7);
      assertThat(updater(2).memory.getFloat(i)).isEqualTo(8);
    }
    server.goodReduced(2, 2);
    server.deliverReduced(OTHER);
    assertThat(updater(2).calls).containsExactly("update 2 1 0.5");
    assertThat(server.sentTo(OTHER)).containsExactly("held group 2 of step 2");
    assertThat(server.rejections.counted()).isEmpty();
    assertThat(server.core.seal())
        .containsExactly(
            new GroupStep(0, 0, GENERATION),
            new GroupStep(1, 0, GENERATION),
            new GroupStep(2, 3, GENERATION));
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
      spoil.accept(server.goodState(2, 0, 0, 1));
      server.deliverState(OTHER, BYTES);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      server.goodState(2, 0, 0, 1);
      server.deliverState(from, BYTES);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    server.goodState(2, 0, 0, 1);
    server.deliver(OTHER, server.state.limit() + BYTES + 4);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    server.goodReduced(2, 0);
    server.deliverReduced(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    assertNothingWritten();
    giveState(2, 0, 5);
    assertCounted(Rejection.OUT_OF_PLACE, bad);
    assertThat(server.core.seal()).contains(new GroupStep(2, 0, GENERATION));
  }

  @Test
  void halfAStateIsWorthNothing() {
    server.goodState(2, 1, 0, 5);
    server.deliverState(OTHER, BYTES);
    server.goodState(2, 1, 1, 5);
    server.deliverState(OTHER, 2 * Double.BYTES);
    server.goodState(2, 1, 2, 5);
    server.deliverState(OTHER, 8);
    assertThat(server.core.seal())
        .containsExactly(new GroupStep(0, 0, GENERATION), new GroupStep(1, 0, GENERATION));
    server.enter(GENERATION + 1, 0, HOLDERS, WORKER);
    server.goodState(2, 1, 2, 5).frameOffset(8);
    server.deliverState(OTHER, BYTES - 8);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    giveState(2, 1, 5);
    assertThat(server.core.seal()).contains(new GroupStep(2, 1, GENERATION + 1));
  }

  @Test
  void replicaThatIsBroughtUpAgainIsNotWholeMeanwhile() {
    server.enter(GENERATION + 1, 0, List.of(recruit(1, 0), primary(0), primary(1)), WORKER);
    assertThat(updater(2).closed).as("what it holds no more is freed").isTrue();
    server.goodState(0, 1, 0, 5);
    server.deliverState(OTHER, BYTES);
    assertThat(server.core.seal()).containsExactly(new GroupStep(1, 0, GENERATION + 1));
  }

  @Test
  void recruitThatWasABackupTakesNoGradientBeforeTheState() {
    server.enter(GENERATION + 1, 0, List.of(recruit(1, 0), primary(0), primary(1)), WORKER);
    server.goodReduced(0, 0);
    server.deliverReduced(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    assertThat(updater(0).calls).isEmpty();
    giveState(0, 1, 5);
    server.goodReduced(0, 1);
    server.deliverReduced(OTHER);
    assertThat(updater(0).calls).containsExactly("update 1 0 0.5");
  }
}
