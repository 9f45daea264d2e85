package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two groups that the server serves, and one of which it is the backup; step 2 is due. */
class SnapshotDutyTest {
  private static final ServerOptions OPTIONS =
      new ServerOptions(
          Peer.server(0, 1),
          CoreFixture.PLAN,
          new SlotPlan(10, 8, CoreFixture.SLOTS),
          0,
          9,
          ServerOptions.WHOLE_STEPS,
          0,
          CompressionPlan.plain(CoreFixture.PLAN),
          false);

  private final List<String> events = new ArrayList<>();
  private final ContributionPool pool = ContributionPool.of(OPTIONS);
  private final Replicas replicas =
      new Replicas(
          OPTIONS, new FakeUpdaters(), Aggregation.of(OPTIONS, ServerRules.STANDARD, pool));
  private final SnapshotDuty duty =
      new SnapshotDuty(
          new Snapshots() {
            @Override
            public boolean isDue(long step) {
              return step == 2;
            }

            @Override
            public void take(
                int group,
                long step,
                DirectBuffer parameters,
                List<? extends DirectBuffer> state,
                List<? extends DirectBuffer> travel) {
              events.add("group %d at %d: %s".formatted(group, step, parameters.getFloat(0)));
            }

            @Override
            public void complete() {
              events.add("complete");
            }
          },
          replicas);

  @BeforeEach
  void addReplicas() {
    replicas.load(List.of(0, 1, 2));
    for (int group = 0; group < 2; group++) {
      Replica replica = replicas.require(group);
      replica.become(new PrimaryRole(replica, Sessions.none(), duty));
    }
  }

  @AfterEach
  void close() {
    replicas.close();
    pool.close();
  }

  /** Updates a group; its parameters then are the number of the step. */
  private void update(int group) {
    Replica replica = replicas.require(group);
    duty.beforeUpdate(replica);
    replica.updater().parameters().putFloat(0, replica.step() + 1);
    replica.complete(replica.step() + 1);
  }

  @Test
  void eachGroupIsTakenOnceBeforeItChanges() {
    for (int group = 0; group < 3; group++) {
      update(group);
      update(group);
    }
    assertThat(events).isEmpty();
    update(0);
    assertThat(events).containsExactly("group 0 at 2: 2.0");
    update(2);
    update(1);
    update(0);
    duty.seal();
    assertThat(events).containsExactly("group 0 at 2: 2.0", "group 1 at 2: 2.0", "complete");
  }

  @Test
  void idleTimeIsUsed() {
    update(0);
    assertThat(duty.idle()).isZero();
    update(0);
    assertThat(duty.idle()).isEqualTo(1);
    assertThat(duty.idle()).isZero();
    update(1);
    update(1);
    assertThat(duty.idle()).isEqualTo(1);
    update(1);
    assertThat(events).containsExactly("group 0 at 2: 2.0", "group 1 at 2: 2.0", "complete");
  }

  @Test
  void theEndOfAGenerationTakesWhatIsDueAndAwaitsNoMore() {
    update(0);
    update(0);
    update(1);
    duty.seal();
    assertThat(events).containsExactly("group 0 at 2: 2.0", "complete");
    duty.seal();
    assertThat(events).as("nothing is open").hasSize(2);
    update(1);
    assertThat(duty.idle()).isEqualTo(1);
    assertThat(events.subList(2, 4)).containsExactly("group 1 at 2: 2.0", "complete");
  }
}
