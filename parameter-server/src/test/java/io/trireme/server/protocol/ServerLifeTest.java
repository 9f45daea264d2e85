package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.primary;
import static io.trireme.server.protocol.TestServers.and;
import static io.trireme.server.protocol.TestServers.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One life of a server, through its own sessions. */
class ServerLifeTest {

  private static final GroupHolders[] ALL = {primary(0), primary(0), primary(0)};
  private static final List<GroupStep> AT_0 =
      List.of(new GroupStep(0, 0, 0), new GroupStep(1, 0, 0), new GroupStep(2, 0, 0));

  private final TestServers servers = new TestServers(0, 6);

  @AfterEach
  void close() {
    servers.close();
  }

  @Test
  void reportFollowsItsLife() {
    ServerLife life = servers.create(0);
    ServerReport report = life.report(0, null);
    assertThat(report.peer()).isEqualTo(servers.peer(0));
    assertThat(report.ready()).isFalse();
    assertThat(report.sealed()).isZero();
    assertThat(report.endpoint()).isNull();
    assertThat(report.waitsFor()).isEqualTo("server 0 waits for a generation");
    life.load(List.of(0, 1, 2));
    assertThat(life.report(0, null).ready()).isTrue();
    assertThat(servers.seal()).isEqualTo(Map.of(0, AT_0));
    Endpoint first = servers.place(0);
    Membership membership = servers.form(0, ALL);
    assertThat(servers.report(0).steps()).isEmpty();
    assertThat(servers.report(0).sealed()).isEqualTo(1);
    assertThat(life.follow(1, membership)).as("again").isFalse();
    assertThat(servers.seal()).isEqualTo(Map.of(0, AT_0));
    assertThat(servers.place(0)).isNotEqualTo(first);
    assertThat(life.follow(2, membership)).as("a generation that is over").isFalse();
    FailureReport failure = FailureReport.here("no memory");
    assertThat(life.report(0, failure).failure()).isEqualTo(failure);
  }

  @Test
  void generationOfOthersIsNotEntered() {
    ServerLife life = servers.create(0);
    life.load(List.of(0, 1, 2));
    assertThat(servers.seal()).isNotEmpty();
    ServerMember namesake = new ServerMember(Peer.server(0, 99), servers.place(0));
    Membership others =
        new Membership(
            1, 0, List.of(), List.of(), List.of(namesake), List.of(ALL), List.of(), null);
    assertThat(life.follow(1, others)).isFalse();
    assertThat(life.report(0, null).steps()).isEqualTo(AT_0);
    assertThat(life.doWork(0)).isZero();
  }

  @Test
  void generationThatIsNeverFormedIsPassedOver() {
    servers.start(0, 0, 1, 2);
    assertThat(servers.seal()).isEqualTo(servers.seal());
    assertThat(servers.form(0, ALL).generation()).isEqualTo(2);
    servers.pushAll(0);
    servers.assertHolds(0, 2, 1);
  }

  @Test
  void framesOfAnOlderGenerationAreNotAuthentic() {
    servers.start(0, 0, 1, 2);
    servers.enter(0, ALL);
    servers.push(0, 0, 1);
    List<byte[]> old = servers.net.sent(servers.worker.peer, servers.peer(0));
    assertThat(old).hasSize(2);
    servers.enter(0, ALL);
    old.forEach(frame -> servers.net.inject(servers.place(0), frame));
    servers.run();
    assertThat(servers.rejections.counted()).isEqualTo(Map.of(Rejection.NOT_AUTHENTIC, 2L));
    assertThat(servers.report(0).broken()).isFalse();
    servers.assertWorkerGot(of(0, 0, 1, 2, 3));
    servers.pushAll(0);
    servers.assertWorkerGot(and(of(0, 0, 1, 2, 3), of(1, 0, 1, 2, 3)));
    servers.assertHolds(0, 0, 1);
  }

  @Test
  void framesThatComeAgainAreReplays() {
    servers.start(0, 0, 1, 2);
    servers.enter(0, ALL);
    servers.pushAll(0);
    servers
        .net
        .sent(servers.worker.peer, servers.peer(0))
        .forEach(frame -> servers.net.inject(servers.place(0), frame));
    servers.run();
    assertThat(servers.rejections.counted()).isEqualTo(Map.of(Rejection.REPLAYED, 4L));
    assertThat(servers.report(0).broken()).isFalse();
    servers.assertHolds(0, 0, 1);
  }

  @Test
  void sessionThatLosesSomethingIsReportedUntilTheNextGeneration() {
    servers.start(0, 0, 1, 2);
    servers.enter(0, ALL);
    servers.worker.push(block(0), 0, servers.slots(0), TestServers.ROOT);
    servers.net.lose(servers.peer(0));
    servers.run();
    assertThat(servers.report(0).broken()).as("before anything more comes").isFalse();
    servers.push(0, 1);
    assertThat(servers.report(0).broken()).isTrue();
    assertThat(servers.seal()).isNotEmpty();
    assertThat(servers.report(0).broken()).isFalse();
    assertThat(servers.form(0, ALL)).isNotNull();
    servers.pushAll(0);
    assertThat(servers.report(0).broken()).isFalse();
    servers.assertHolds(0, 0, 1);
    servers.assertHolds(0, 1, 1);
  }

  private static Block block(int index) {
    return new Block(index, index * 6L, 6, index);
  }
}
