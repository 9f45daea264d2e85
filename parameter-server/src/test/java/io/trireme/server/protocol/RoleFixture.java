package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.BYTES;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.WORKER;
import static io.trireme.server.protocol.CoreFixture.held;
import static io.trireme.server.protocol.CoreFixture.recruit;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/**
 * One server that has every role: group 0 is backed up for server 1, group 1 is backed up by it,
 * and group 2 is to come from it.
 */
abstract class RoleFixture {

  static final List<GroupHolders> HOLDERS = List.of(held(1, 0), held(0, 1), recruit(1, 0));
  static final Peer STRANGER = Peer.server(2, 9);
  static final Peer OLD_LIFE = Peer.server(1, 77);

  final CoreFixture server = new CoreFixture(0).enter(GENERATION, 0, HOLDERS, WORKER);

  @AfterEach
  void close() {
    server.close();
  }

  FakeUpdater updater(int group) {
    return server.updaters.get(group);
  }

  void assertCounted(Rejection reason, int times) {
    assertThat(server.rejections.counted()).isEqualTo(Map.of(reason, (long) times));
  }

  void assertNothingWritten() {
    for (FakeUpdater updater : server.updaters.subList(0, 2)) {
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
}
