package io.trireme.common.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlCodecTest {

  private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 4000, "md", 7);
  private static final Membership MEMBERSHIP =
      new Membership(
          3,
          1L << 40,
          List.of(1L << 40, (1L << 40) + 1),
          List.of(
              new WorkerMember(
                  Peer.worker(1, Long.MIN_VALUE),
                  ENDPOINT,
                  new SlotRange(0, 2),
                  new SlotRange(1, 3))),
          List.of(
              new ServerMember(Peer.server(0, -1), ENDPOINT),
              new ServerMember(Peer.server(2, 8), ENDPOINT)),
          List.of(
              new GroupHolders(0, 2, true),
              new GroupHolders(2, 0, false),
              new GroupHolders(0, GroupHolders.NONE, false)),
          null);

  @Test
  void ordersSurviveTheRoundTrip() {
    for (Membership membership : new Membership[] {MEMBERSHIP, null}) {
      Orders orders =
          new Orders(
              List.of(
                  new JobOrders(
                      "run",
                      List.of(new ServerOrder(Peer.server(2, Long.MAX_VALUE), List.of(0, 2))),
                      List.of(Peer.worker(7, 1)),
                      4,
                      membership,
                      120,
                      false,
                      null)),
              250);
      assertThat(ControlCodec.decode(ControlCodec.encode(orders), Orders.class)).isEqualTo(orders);
    }
  }

  @Test
  void reportsSurviveTheRoundTrip() {
    ExecutorReport report =
        new ExecutorReport(
            "0",
            "host",
            List.of(
                new JobReport(
                    "run",
                    3,
                    List.of(
                        new ServerReport(
                            Peer.server(1, 5),
                            true,
                            4,
                            ENDPOINT,
                            List.of(
                                new GroupStep(2, 1L << 40, 3),
                                new GroupStep(3, 5, List.of(6L, 7L), 4, true)),
                            false,
                            true,
                            17,
                            3,
                            "slots",
                            Map.of(Rejection.REPLAYED, 4L),
                            null),
                        new ServerReport(
                            Peer.server(0, 6),
                            false,
                            0,
                            null,
                            List.of(),
                            true,
                            false,
                            0,
                            0,
                            "starting",
                            Map.of(),
                            FailureReport.here("no memory"))),
                    List.of(
                        new WorkerReport(
                            Peer.worker(0, 9),
                            4,
                            ENDPOINT,
                            true,
                            true,
                            18,
                            "block",
                            false,
                            List.of(
                                new StepReport(
                                    3,
                                    1,
                                    new SlotRange(0, 4),
                                    new StepReport.Score(64, 2.5),
                                    new StepReport.Times(3, 7, 4),
                                    new StepReport.Traffic(
                                        5, 6, new EncodingReport(8, 2, 2, 1, 0.25)),
                                    "slot 3")),
                            new EncodingReport(9, 3, 3, 2, 0.5),
                            FailureReport.anywhere("diverged"))),
                    new CheckpointReport(
                        true,
                        List.of(
                            new ShardReport(
                                120,
                                new CheckpointShard(
                                    "server-1.shard",
                                    1,
                                    128,
                                    7,
                                    List.of(
                                        new StoredSection(SectionId.state(3, 1), 120, 64, 64, 9)))),
                            new ShardReport(
                                120,
                                new CheckpointShard(
                                    "worker-1.shard",
                                    65537,
                                    128,
                                    7,
                                    List.of(
                                        new StoredSection(
                                            SectionId.residual(3, new TreeNode(2, 4), 1),
                                            120,
                                            64,
                                            64,
                                            9))),
                                new ShardReport.SlotShare(5, 2, 4))),
                        List.of("disk full")),
                    List.of(),
                    "no room")));
    assertThat(ControlCodec.decode(ControlCodec.encode(report), ExecutorReport.class))
        .isEqualTo(report);
  }

  @Test
  void membershipKnowsItsMembersByTheirLives() {
    assertThat(MEMBERSHIP.peers())
        .containsExactly(Peer.worker(1, Long.MIN_VALUE), Peer.server(0, -1), Peer.server(2, 8));
    assertThat(MEMBERSHIP.has(Peer.server(2, 8))).isTrue();
    assertThat(MEMBERSHIP.has(Peer.server(2, 9))).as("another life").isFalse();
    assertThat(MEMBERSHIP.has(Peer.worker(2, 8))).isFalse();
    assertThat(MEMBERSHIP.server(2).peer().incarnation()).isEqualTo(8);
    assertThatThrownBy(() -> MEMBERSHIP.server(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server 1 is no member of generation 3");
  }

  @Test
  void slotsBeginWithTheStepOfTheirOwnOrOfAll() {
    WorkerMember first = MEMBERSHIP.workers().get(0);
    assertThat(MEMBERSHIP.firstStepOf(1)).isEqualTo((1L << 40) + 1);
    assertThat(MEMBERSHIP.firstStepOf(first)).isEqualTo(1L << 40);
    Membership together =
        new Membership(1, 7, List.of(), List.of(first), List.of(), List.of(), null);
    assertThat(together.firstStepOf(1)).isEqualTo(7);
    assertThat(together.firstStepOf(first)).isEqualTo(7);
  }

  @Test
  void whatIsNoMessageIsRefusedByName() {
    assertThatThrownBy(
            () -> ControlCodec.decode("{\"x\":1}".getBytes(StandardCharsets.UTF_8), Orders.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Orders");
  }
}
