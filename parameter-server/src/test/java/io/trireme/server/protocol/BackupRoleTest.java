package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.OTHER;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.sbe.HeldEncoder;
import io.trireme.common.wire.sbe.ReducedEncoder;
import io.trireme.common.wire.sbe.StateEncoder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a backup takes from its primary, and what it does not. */
class BackupRoleTest extends RoleFixture {

  @Test
  void backupAppliesTheMeanGradientAndSaysThatItHoldsIt() {
    server.goodReduced(0, 0);
    server.deliverReduced(OTHER);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    server.assertHoldsMean(updater(0));
    assertThat(server.sentTo(OTHER)).containsExactly("held group 0 of step 0");
    assertThat(server.sentTo(WORKER))
        .as("a backup's parameters")
        .containsExactly("block 1 of step 0");
    server.goodReduced(0, 1);
    server.deliverReduced(OTHER);
    assertThat(updater(0).calls).endsWith("update 1 0 0.5");
    assertThat(server.sentTo(OTHER)).endsWith("held group 0 of step 1");
    assertThat(server.rejections.counted()).isEmpty();
  }

  @Test
  void gradientIsAppliedWhenItsLastByteIsThere() {
    server.goodReduced(0, 0);
    server.deliver(OTHER, server.reduced.limit() + 8);
    assertThat(updater(0).calls).isEmpty();
    server.goodReduced(0, 0).frameOffset(8);
    byte[] rest = new byte[BYTES - 8];
    server.bytes.getBytes(server.reduced.limit() + 8, rest);
    server.bytes.putBytes(server.reduced.limit(), rest);
    server.deliver(OTHER, server.reduced.limit() + rest.length);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    server.assertHoldsMean(updater(0));
  }

  @Test
  void gradientsThatAreNotInPlaceChangeNothingAndAreCounted() {
    String waited = server.core.waitsFor(0);
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
      spoil.accept(server.goodReduced(0, 0));
      server.deliverReduced(OTHER);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    for (Peer from : List.of(STRANGER, OLD_LIFE)) {
      server.goodReduced(0, 0);
      server.deliverReduced(from);
      assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    }
    server.goodReduced(0, 0);
    server.deliver(OTHER, server.reduced.limit() + BYTES + 4);
    assertCounted(Rejection.OUT_OF_PLACE, ++bad);
    assertThat(server.core.waitsFor(0)).isEqualTo(waited);
    assertNothingWritten();
    backupAppliesTheGoodOne();
  }

  private void backupAppliesTheGoodOne() {
    server.goodReduced(0, 0);
    server.deliverReduced(OTHER);
    assertThat(updater(0).calls).containsExactly("update 0 0 0.5");
    server.assertHoldsMean(updater(0));
  }

  @Test
  void messagesThatAreCutOrComeFromWorkersAreCounted() {
    int bad = 0;
    server.goodReduced(0, 0);
    server.deliverReduced(WORKER);
    server.goodHeld(1, 0);
    server.deliverHeld(WORKER);
    server.goodState(2, 0, 0, 1);
    server.deliverState(WORKER, BYTES);
    assertCounted(Rejection.BAD_MESSAGE, bad += 3);
    for (int payload : new int[] {0, 1, 3, 5, BYTES - 1}) {
      server.goodReduced(0, 0);
      server.deliver(OTHER, server.reduced.limit() + payload);
      server.goodState(2, 0, 0, 1);
      server.deliver(OTHER, server.state.limit() + payload);
      assertCounted(Rejection.BAD_MESSAGE, bad += 2);
    }
    server.goodReduced(0, 0);
    server.header.wrap(server.bytes, 0).blockLength(ReducedEncoder.BLOCK_LENGTH - 1);
    server.deliverReduced(OTHER);
    server.goodHeld(1, 0);
    server.header.wrap(server.bytes, 0).blockLength(HeldEncoder.BLOCK_LENGTH - 1);
    server.deliverHeld(OTHER);
    server.goodState(2, 0, 0, 1);
    server.header.wrap(server.bytes, 0).blockLength(StateEncoder.BLOCK_LENGTH - 1);
    server.deliverState(OTHER, BYTES);
    assertCounted(Rejection.BAD_MESSAGE, bad + 3);
    assertNothingWritten();
    backupAppliesTheGoodOne();
  }

  @Test
  void backupThatIsCurrentTakesNoState() {
    server.goodState(0, 0, 0, 1);
    server.deliverState(OTHER, BYTES);
    assertCounted(Rejection.OUT_OF_PLACE, 1);
    assertNothingWritten();
    backupAppliesTheGoodOne();
  }
}
