package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.HeldEncoder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a primary takes from its backup, and what it does not. */
class CurrentBackupTest extends RoleFixture {

  @Test
  void workersGetNothingThatTheBackupDoesNotHold() {
    server.deliverGood(1, 0);
    assertThat(server.sentTo(OTHER)).containsExactly("gradient of block 1 of step 0 times 1.0");
    assertThat(server.wire(OTHER).lastPayload).isEqualTo(server.mean());
    assertThat(updater(1).calls).containsExactly("average 8 4");
    assertThat(server.sentTo(WORKER)).containsExactly("block 1 of step 0");
    assertThat(server.core.waitsFor(0))
        .isEqualTo("server 0 of generation 3 waits for server 1 to hold group 1 of step 0");
    server.goodHeld(1, 0);
    server.deliverHeld(OTHER);
    assertThat(updater(1).calls).endsWith("update 0 0 1.0");
    assertThat(server.sentTo(WORKER)).containsExactly("block 1 of step 0", "block 1 of step 1");
    assertThat(server.rejections.counted()).isEmpty();
  }

  @Test
  void answersThatAreNotInPlaceReleaseNothingAndAreCounted() {
    server.deliverGood(1, 0);
    server.drain();
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
      spoil.accept(server.goodHeld(1, 0));
      server.deliverHeld(OTHER);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      server.goodHeld(1, 0);
      server.deliverHeld(from);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    assertThat(server.sentTo(WORKER)).containsExactly("block 1 of step 0");
    server.goodHeld(1, 0);
    server.deliverHeld(OTHER);
    server.goodHeld(1, 0);
    server.deliverHeld(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, bad + 1);
    assertThat(server.sentTo(WORKER)).containsExactly("block 1 of step 0", "block 1 of step 1");
  }

  @Test
  void answerBeforeTheGradientHasLeftIsOutOfPlace() {
    server.wire(OTHER).room = 0;
    server.deliverGood(1, 0);
    server.goodHeld(1, 0);
    server.deliverHeld(OTHER);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    assertThat(server.sentTo(WORKER)).containsExactly("block 1 of step 0");
  }
}
