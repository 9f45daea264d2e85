package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.held;
import static io.trireme.server.protocol.CoreFixture.primary;
import static io.trireme.server.protocol.CoreFixture.recruit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.message.GroupHolders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clipping by global norm gives every group the factor of its own step, across losses. */
class NormReplicationTest {

  private static final int LENGTH = 6;
  private static final GroupHolders[] RING = {held(0, 1), held(1, 2), held(2, 0)};
  private static final GroupHolders[] TWO = {primary(0), primary(1), primary(1)};

  private final TestServers servers = new TestServers(1000, LENGTH);

  @AfterEach
  void close() {
    servers.close();
  }

  private void ring() {
    servers.start(0, 0, 2);
    servers.start(1, 0, 1);
    servers.start(2, 1, 2);
    servers.enter(0, RING);
  }

  private void assertRingHolds(long step) {
    servers.assertHolds(0, 0, step);
    servers.assertHolds(1, 0, step);
    servers.assertHolds(1, 1, step);
    servers.assertHolds(2, 1, step);
    servers.assertHolds(2, 2, step);
    servers.assertHolds(0, 2, step);
  }

  @Test
  void everyHolderScalesAlike() {
    ring();
    for (long step = 0; step < TestServers.LAST_STEP; step++) {
      servers.pushAll(step);
      assertRingHolds(step + 1);
    }
    assertThat(servers.updater(0, 0).calls.get(2)).startsWith("update 0 0 0.00");
    assertThat(servers.rejections.counted()).isEmpty();
  }

  @Test
  void sharesThatGotLostAreSentAgainByThoseWhoAreAheadToo() {
    ring();
    servers.pushAll(0);
    servers.net.limit(servers.peer(0), servers.peer(2), 0);
    servers.pushAll(1);
    servers.assertHolds(0, 0, 2);
    servers.assertHolds(1, 1, 2);
    servers.assertHolds(2, 2, 1);
    servers.net.unlimit(servers.peer(0), servers.peer(2));
    servers.enter(1, RING);
    assertRingHolds(2);
    servers.pushAll(1);
    servers.pushAll(2);
    assertRingHolds(3);
  }

  @Test
  void backupKnowsWhatItsPrimaryAddedToTheNorm() {
    ring();
    servers.net.limit(servers.peer(0), servers.peer(2), 0);
    servers.pushAll(0);
    servers.assertHolds(1, 0, 1);
    servers.assertHolds(2, 2, 0);
    servers.kill(0);
    servers.enter(0, primary(1), held(1, 2), primary(2));
    servers.assertHolds(2, 2, 1);
    servers.pushAll(0);
    servers.pushAll(1);
    servers.assertHolds(1, 0, 2);
    servers.assertHolds(2, 2, 2);
  }

  @Test
  void recruitLearnsWhatItsPrimaryAddedToTheNorm() {
    servers.start(0, 0);
    servers.start(1, 1, 2);
    servers.start(2);
    servers.enter(0, TWO);
    servers.net.limit(servers.peer(0), servers.peer(1), 0);
    servers.pushAll(0);
    servers.assertHolds(0, 0, 1);
    servers.assertHolds(1, 1, 0);
    servers.enter(0, recruit(0, 2), primary(1), primary(1));
    servers.assertHolds(2, 0, 1);
    servers.kill(0);
    servers.enter(0, primary(2), primary(1), primary(1));
    servers.assertHolds(1, 1, 1);
    servers.assertHolds(1, 2, 1);
    servers.pushAll(0);
    servers.pushAll(1);
    servers.assertHolds(2, 0, 2);
    servers.assertHolds(1, 2, 2);
  }

  @Test
  void promotedServerComputesItsShareAnew() {
    ring();
    servers.push(0, 0);
    servers.kill(0);
    servers.enter(0, primary(1), held(1, 2), primary(2));
    servers.pushAll(0);
    servers.assertHolds(1, 0, 1);
    servers.assertHolds(1, 1, 1);
    servers.assertHolds(2, 2, 1);
  }

  @Test
  void promotedServerForgetsTheFactorOfAGradientThatBrokeOff() {
    ring();
    // Both shares of group 2, and one of the two frames of its mean gradient.
    servers.net.limit(servers.peer(2), servers.peer(0), 3);
    servers.pushAll(0);
    servers.assertHolds(0, 2, 0);
    servers.kill(2);
    servers.net.limit(servers.peer(1), servers.peer(0), 0);
    servers.net.limit(servers.peer(0), servers.peer(1), 0);
    servers.enter(0, held(0, 1), primary(1), recruit(0, 1));
    servers.pushAll(0);
    servers.net.unlimit(servers.peer(0), servers.peer(1));
    servers.run();
    // The backup has been brought up; server 1's share, and so the factor, is still unknown.
    servers.assertHolds(0, 2, 0);
    servers.net.unlimit(servers.peer(1), servers.peer(0));
    servers.run();
    servers.pushAll(0);
    servers.assertHolds(0, 2, 1);
    servers.assertHolds(1, 2, 1);
    servers.pushAll(1);
    servers.assertHolds(0, 2, 2);
    servers.assertHolds(1, 2, 2);
  }

  @Test
  void normThatIsNoNumberEndsTheRunInsteadOfSkippingTheStep() {
    ring();
    servers.updater(1, 1).square = Double.POSITIVE_INFINITY;
    assertThatThrownBy(() -> servers.pushAll(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the norm of the gradient at step 0 is no finite number");
  }
}
