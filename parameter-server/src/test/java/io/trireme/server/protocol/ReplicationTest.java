package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.held;
import static io.trireme.server.protocol.CoreFixture.primary;
import static io.trireme.server.protocol.CoreFixture.recruit;
import static io.trireme.server.protocol.TestServers.and;
import static io.trireme.server.protocol.TestServers.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that back each other up lose nothing when any of them dies, at any time. */
class ReplicationTest {

  private static final int SHORT = 6;
  private static final int OF_TWO_FRAMES = Frames.MAX_PAYLOAD_BYTES / Float.BYTES + 2;

  /** Server 0 holds groups 0 and 2, server 1 group 1, each the other's backup. */
  private static final GroupHolders[] MUTUAL = {held(0, 1), held(1, 0), held(0, 1)};

  private static final GroupHolders[] ONLY_0 = {primary(0), primary(0), primary(0)};
  private static final GroupHolders[] ONLY_1 = {primary(1), primary(1), primary(1)};
  private static final GroupHolders[] RECRUIT_1 = {recruit(0, 1), recruit(0, 1), recruit(0, 1)};

  private final List<TestServers> made = new ArrayList<>();

  @AfterEach
  void close() {
    made.forEach(TestServers::close);
  }

  private TestServers servers(int blockLength) {
    TestServers servers = new TestServers(0, blockLength);
    made.add(servers);
    return servers;
  }

  private TestServers mutual(int blockLength) {
    TestServers servers = servers(blockLength);
    servers.start(0, 0, 1, 2);
    servers.start(1, 0, 1, 2);
    servers.enter(0, MUTUAL);
    return servers;
  }

  private static void assertAllHold(TestServers servers, long step, int... holders) {
    for (int server : holders) {
      for (int group = 0; group < 3; group++) {
        servers.assertHolds(server, group, step);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SHORT, OF_TWO_FRAMES})
  void backupsFollowStepByStep(int blockLength) {
    TestServers servers = mutual(blockLength);
    servers.assertWorkerGot(of(0, 0, 1, 2, 3));
    for (long step = 0; step < TestServers.LAST_STEP; step++) {
      servers.pushAll(step);
      assertAllHold(servers, step + 1, 0, 1);
      assertThat(servers.worker.got).endsWith(lastOf(servers)).hasSize((int) (step + 2) * 4);
    }
    assertThat(servers.rejections.counted()).isEmpty();
    assertThat(servers.updater(1, 0).calls).as("a backup averages nothing").hasSize(10);
    assertThat(servers.report(0).waitsFor())
        .isEqualTo("server 0 of generation 1 waits for nothing");
  }

  private static String lastOf(TestServers servers) {
    return servers.worker.got.get(servers.worker.got.size() - 1);
  }

  @Test
  void noParametersLeaveBeforeTheBackupHoldsTheGradient() {
    TestServers servers = mutual(SHORT);
    servers.net.limit(servers.peer(1), servers.peer(0), 0);
    servers.push(0, 0, 3, 2);
    servers.assertWorkerGot(of(0, 0, 1, 2, 3));
    servers.assertHolds(1, 0, 1);
    servers.assertHolds(1, 2, 1);
    assertThat(servers.report(0).waitsFor())
        .isEqualTo("server 0 of generation 1 waits for server 1 to hold group 0 of step 0");
    servers.net.limit(servers.peer(1), servers.peer(0), 1);
    servers.run();
    servers.assertWorkerGot(and(of(0, 0, 1, 2, 3), of(1, 0)));
    servers.net.unlimit(servers.peer(1), servers.peer(0));
    servers.push(0, 1);
    servers.assertWorkerGot(and(of(0, 0, 1, 2, 3), of(1, 0, 1, 2, 3)));
  }

  @ParameterizedTest
  @ValueSource(ints = {SHORT, OF_TWO_FRAMES})
  void backupGoesOnWhereTheWorkersWere(int blockLength) {
    TestServers servers = mutual(blockLength);
    servers.pushAll(0);
    servers.push(1, 0);
    servers.kill(0);
    assertThat(servers.seal()).isEqualTo(Map.of(1, List.of(step(0, 2), step(1, 1), step(2, 1))));
    assertThat(servers.form(1, ONLY_1)).isNotNull();
    servers.run();
    servers.assertWorkerGot(of(1, 0, 1, 2, 3));
    servers.pushAll(1);
    servers.assertWorkerGot(and(of(1, 0, 1, 2, 3), of(2, 0, 1, 2, 3)));
    assertThat(servers.rejections.of(Rejection.DUPLICATE)).isPositive();
    servers.pushAll(2);
    assertAllHold(servers, 3, 1);
  }

  private static GroupStep step(int group, long step) {
    return new GroupStep(group, step, 0);
  }

  @Test
  void gradientThatTheBackupHoldsIsNotComputedAgainThoughNobodyWasTold() {
    TestServers servers = mutual(SHORT);
    servers.net.limit(servers.peer(1), servers.peer(0), 0);
    servers.push(0, 0, 3, 2);
    servers.kill(0);
    assertThat(servers.seal()).isEqualTo(Map.of(1, List.of(step(0, 1), step(1, 0), step(2, 1))));
    assertThat(servers.form(0, ONLY_1)).isNotNull();
    servers.run();
    servers.assertWorkerGot(of(0, 0, 1, 2, 3));
    servers.pushAll(0);
    servers.assertWorkerGot(and(of(0, 0, 1, 2, 3), of(1, 0, 1, 2, 3)));
    assertAllHold(servers, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {SHORT, OF_TWO_FRAMES})
  void gradientThatCameInPartIsComputedAgain(int blockLength) {
    TestServers servers = mutual(blockLength);
    servers.net.limit(servers.peer(0), servers.peer(1), 1);
    servers.push(0, 3, 2);
    servers.kill(0);
    assertThat(servers.seal().get(1)).contains(step(2, 0));
    assertThat(servers.form(0, ONLY_1)).isNotNull();
    servers.pushAll(0);
    assertAllHold(servers, 1, 1);
    assertThat(servers.updater(1, 2).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  /** A primary hands over in the middle of a step, and has to take over again in that step. */
  @ParameterizedTest
  @ValueSource(ints = {SHORT, OF_TWO_FRAMES})
  void primaryThatWasABackupMeanwhileKeepsNothingOfTheStep(int blockLength) {
    TestServers servers = mutual(blockLength);
    servers.push(0, 2);
    servers.enter(0, held(1, 0), held(1, 0), held(1, 0));
    servers.net.limit(servers.peer(1), servers.peer(0), 1);
    servers.push(0, 2, 3);
    servers.kill(1);
    assertThat(servers.seal().get(0)).contains(step(2, 0));
    assertThat(servers.form(0, ONLY_0)).isNotNull();
    servers.pushAll(0);
    assertAllHold(servers, 1, 0);
    assertThat(servers.updater(0, 2).calls).containsExactly("average 8 4", "update 0 0 1.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {SHORT, OF_TWO_FRAMES})
  void recruitIsBroughtUpWhileTrainingGoesOn(int blockLength) {
    TestServers servers = servers(blockLength);
    servers.start(0, 0, 1, 2);
    servers.enter(0, ONLY_0);
    servers.pushAll(0);
    servers.pushAll(1);
    servers.start(1);
    servers.net.limit(servers.peer(0), servers.peer(1), 2);
    servers.enter(2, RECRUIT_1);
    assertThat(servers.report(1).whole()).isFalse();
    // The state of group 0 is leaving, and stays as it is; the others do not wait for it.
    servers.pushAll(2);
    servers.assertHolds(0, 0, 2);
    servers.assertHolds(0, 1, 3);
    servers.assertHolds(0, 2, 3);
    servers.assertWorkerGot(and(of(2, 0, 1, 2, 3), of(3, 1, 2, 3)));
    servers.net.unlimit(servers.peer(0), servers.peer(1));
    servers.run();
    servers.assertWorkerGot(and(of(2, 0, 1, 2, 3), of(3, 0, 1, 2, 3)));
    assertThat(servers.report(1).whole()).isTrue();
    assertAllHold(servers, 3, 0, 1);
    servers.pushAll(3);
    assertAllHold(servers, 4, 0, 1);
    assertThat(servers.rejections.counted()).isEmpty();
    servers.kill(0);
    servers.enter(4, ONLY_1);
    servers.assertWorkerGot(of(4, 0, 1, 2, 3));
    servers.pushAll(4);
    assertAllHold(servers, 5, 1);
  }

  @Test
  void recruitKnowsTheStepBeforeToo() {
    TestServers servers = servers(SHORT);
    servers.start(0, 0, 1, 2);
    servers.enter(0, ONLY_0);
    servers.pushAll(0);
    servers.push(1, 0, 1);
    servers.start(1);
    servers.enter(1, RECRUIT_1);
    servers.kill(0);
    assertThat(servers.seal()).isEqualTo(Map.of(1, List.of(step(0, 2), step(1, 2), step(2, 1))));
    assertThat(servers.form(1, ONLY_1)).isNotNull();
    servers.run();
    servers.assertWorkerGot(of(1, 0, 1, 2, 3));
    servers.pushAll(1);
    servers.assertWorkerGot(and(of(1, 0, 1, 2, 3), of(2, 0, 1, 2, 3)));
    assertAllHold(servers, 2, 1);
  }

  @Test
  void stateThatBreaksOffBeginsAgain() {
    TestServers servers = servers(SHORT);
    servers.start(0, 0, 1, 2);
    servers.start(1);
    servers.net.limit(servers.peer(0), servers.peer(1), 6);
    servers.enter(0, RECRUIT_1);
    assertThat(servers.report(1).whole()).isFalse();
    assertThat(servers.seal().get(1)).containsExactly(step(0, 0));
    servers.net.unlimit(servers.peer(0), servers.peer(1));
    assertThat(servers.form(0, held(0, 1), recruit(0, 1), recruit(0, 1))).isNotNull();
    servers.run();
    assertThat(servers.report(1).whole()).isTrue();
    servers.pushAll(0);
    assertAllHold(servers, 1, 0, 1);
  }

  /** A frame that the session has not taken yet is lost with it, though it counts as sent. */
  @Test
  void gradientThatDidNotArriveIsSentAgain() {
    TestServers servers = mutual(SHORT);
    servers.push(0, 3, 2);
    servers.net.limit(servers.peer(0), servers.peer(1), 0);
    servers.push(0, 0);
    assertThat(servers.seal())
        .isEqualTo(
            Map.of(
                0, List.of(step(0, 0), step(1, 0), step(2, 1)),
                1, List.of(step(0, 0), step(1, 0), step(2, 1))));
    servers.net.unlimit(servers.peer(0), servers.peer(1));
    assertThat(servers.form(0, MUTUAL)).isNotNull();
    servers.run();
    servers.assertHolds(0, 0, 1);
    servers.assertHolds(1, 0, 1);
    servers.pushAll(0);
    assertAllHold(servers, 1, 0, 1);
    servers.pushAll(1);
    assertAllHold(servers, 2, 0, 1);
  }

  /** The backup's word was lost with the generation: either of the two may die now. */
  @ParameterizedTest
  @CsvSource({"0, 6", "1, 6", "0, 16258", "1, 16258"})
  void gradientOfWhichNobodyHeardThatItIsHeldIsSentAgainAndAppliedOnce(int dies, int blockLength) {
    TestServers servers = mutual(blockLength);
    servers.net.limit(servers.peer(1), servers.peer(0), 0);
    servers.push(0, 0);
    assertThat(servers.seal().get(0)).contains(step(0, 0));
    servers.net.unlimit(servers.peer(1), servers.peer(0));
    assertThat(servers.form(0, MUTUAL)).isNotNull();
    servers.run();
    servers.assertHolds(0, 0, 1);
    servers.assertHolds(1, 0, 1);
    servers.kill(dies);
    servers.enter(0, dies == 0 ? ONLY_1 : ONLY_0);
    servers.pushAll(0);
    servers.pushAll(1);
    assertAllHold(servers, 2, 1 - dies);
  }

  /** Its primary goes on without it, so what it has may be of an older step than workers have. */
  @Test
  void recruitThatWasABackupIsNotWholeBeforeItHasTheNewState() {
    TestServers servers = mutual(SHORT);
    servers.pushAll(0);
    assertThat(servers.seal()).isNotEmpty();
    servers.net.limit(servers.peer(0), servers.peer(1), 0);
    assertThat(servers.form(1, RECRUIT_1)).isNotNull();
    servers.pushAll(1);
    servers.kill(0);
    assertThat(servers.seal()).isEqualTo(Map.of(1, List.of()));
  }

  @Test
  void gradientThatHadNotLeftIsSentInTheNextGeneration() {
    TestServers servers = mutual(SHORT);
    servers.net.limit(servers.peer(0), servers.peer(1), 0);
    servers.pushAll(0);
    servers.assertWorkerGot(of(0, 0, 1, 2, 3));
    assertThat(servers.seal())
        .isEqualTo(
            Map.of(
                0, List.of(step(0, 0), step(1, 1), step(2, 0)),
                1, List.of(step(0, 0), step(1, 0), step(2, 0))));
    servers.net.unlimit(servers.peer(0), servers.peer(1));
    assertThat(servers.form(0, MUTUAL)).isNotNull();
    servers.run();
    assertAllHold(servers, 1, 0, 1);
    assertThat(servers.updater(0, 2).calls).containsExactly("average 8 4", "update 0 0 1.0");
    servers.pushAll(0);
    servers.assertWorkerGot(and(of(0, 0, 1, 2, 3), of(1, 0, 1, 2, 3)));
  }
}
