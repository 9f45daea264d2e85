package io.trireme.driver.coordinator;

import static io.trireme.driver.coordinator.Fleet.JOIN_NS;
import static io.trireme.driver.coordinator.Fleet.LEASE_NS;
import static io.trireme.driver.coordinator.Fleet.SECOND_NS;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.FailureReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.wire.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members are lost, and others take their place. */
class LossTest {

  @Test
  void silentExecutorIsLostWhenItsLeaseEnds() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.computeStep();
    Fleet.Executor silent = fleet.executor("2");
    fleet.executors.remove("2");
    fleet.pass(LEASE_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    fleet.rounds(5);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    assertThat(fleet.holders()).containsExactly("0", "0", "0", "0");
    assertThat(fleet.coordinator.executors()).isEqualTo(1);
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(
            recovery -> {
              assertThat(recovery.lost()).contains("server 1", "worker 1", "silent for 10 s");
              assertThat(recovery.detectionNs()).isBetween(LEASE_NS, LEASE_NS + SECOND_NS);
            });
    // It was only frozen: its lives are over, but it may have new ones.
    Peer oldWorker = silent.workers.get(0).peer;
    Peer oldServer = silent.server(1).peer;
    JobOrders orders = silent.say();
    assertThat(orders.fenced()).containsExactly(oldWorker);
    assertThat(orders.servers()).extracting(order -> order.peer()).doesNotContain(oldServer);
    assertThat(orders.over()).isFalse();
    fleet.executors.put("2", silent);
    fleet.round();
    silent.worker(1);
    fleet.rounds(6);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-2", "worker 1: 2-4");
    assertThat(silent.server(1).peer.incarnation()).isNotEqualTo(oldServer.incarnation());
    assertThat(fleet.coordinator.restarts()).isEqualTo(2);
  }

  @Test
  void storedResidualsFallToTheLivesOfTheFirstGenerationOnly() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    assertThat(restored(fleet)).containsExactly("worker 0: 0-2", "worker 1: 2-4");
    fleet.executor("2").workers.remove(0);
    Fleet.Worker reborn = fleet.executor("1").worker(1);
    fleet.rounds(3);
    assertThat(fleet.membership().has(reborn.peer)).isTrue();
    assertThat(restored(fleet)).containsExactly("worker 0: 0-2", "worker 1: 0-0");
    fleet.executor("1").workers.remove(reborn);
    fleet.executor("2").worker(1);
    fleet.executor("2").worker(2);
    fleet.rounds(6);
    assertThat(fleet.seats()).hasSize(3);
    assertThat(restored(fleet)).containsExactly("worker 0: 0-2", "worker 1: 0-0", "worker 2: 0-0");
  }

  private static List<String> restored(Fleet fleet) {
    return fleet.membership().workers().stream()
        .map(
            member ->
                member.peer() + ": " + member.restored().from() + "-" + member.restored().to())
        .toList();
  }

  @Test
  void fencedLifeIsNotHeardAgain() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    Fleet.Executor second = fleet.executor("2");
    Fleet.Worker zombie = second.workers.get(0);
    fleet.executors.remove("2");
    fleet.pass(LEASE_NS + SECOND_NS);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    int generation = fleet.membership().generation();
    zombie.steps.add(Fleet.stepReport(1, 0, 2, 4, Double.NaN));
    zombie.failure = FailureReport.anywhere("too late");
    for (int i = 0; i < 3; i++) {
      assertThat(second.say().fenced()).containsExactly(zombie.peer);
    }
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().generation()).isEqualTo(generation);
    assertThat(fleet.executor("1").report().fenced()).as("none of theirs").isEmpty();
  }

  @Test
  void workerThatComesBackAsAnotherLifeReplacesTheOldOne() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    Fleet.Worker old = fleet.executor("2").workers.remove(0);
    Fleet.Worker reborn = fleet.executor("1").worker(1);
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.membership().has(reborn.peer)).isTrue();
    assertThat(fleet.membership().has(old.peer)).isFalse();
    fleet.executor("2").workers.add(old);
    assertThat(fleet.executor("2").report().fenced()).containsExactly(old.peer);
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.membership().has(reborn.peer)).isTrue();
  }

  @Test
  void lateReportOfARemovedExecutorDoesNotMakeItAnew() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    Fleet.Executor removed = fleet.executor("2");
    Peer life = removed.workers.get(0).peer;
    fleet.kill("2");
    JobOrders orders = removed.say();
    assertThat(orders.over()).isTrue();
    assertThat(orders.reason()).isEqualTo("lost");
    assertThat(orders.fenced()).containsExactly(life);
    assertThat(orders.servers()).isEmpty();
    assertThat(orders.membership()).isNull();
    assertThat(fleet.coordinator.executors()).isEqualTo(1);
    fleet.rounds(3);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    removed.say();
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
  }

  @Test
  void lossOfAnExecutorWithoutDutiesChangesNothing() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    fleet.executor("3");
    fleet.round();
    fleet.kill("3");
    fleet.coordinator.onExecutorLost("unheard of", "lost", fleet.nowNs);
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(1);
    assertThat(fleet.coordinator.restarts()).isZero();
  }

  @Test
  void lossWithoutBackupsEndsTheRunWithTheWayOut() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    fleet.computeStep();
    fleet.kill("2");
    fleet.rounds(2);
    assertThat(fleet.failure())
        .contains(
            "block groups are lost with server 1 (executor 2 on host2): heartbeat timed out",
            "servers.replicas: 0",
            "set servers: { count: 2, replicas: 1 } or more");
    assertThat(fleet.coordinator.isLost()).isTrue();
  }

  @Test
  void lossOfBothHoldersEndsTheRun() {
    Fleet fleet = new Fleet(3, 3, 1).train(3);
    fleet.kill("2");
    fleet.kill("1");
    fleet.rounds(2);
    assertThat(fleet.failure()).contains("block groups are lost with", "server 1", "server 0");
  }

  @Test
  void statesThatDoNotFitTogetherEndTheRun() {
    Fleet fleet = new Fleet(3, 3, 1).train(3);
    fleet.step = 5;
    for (Fleet.Executor executor : fleet.executors.values()) {
      executor
          .servers
          .values()
          .forEach(server -> server.held.replaceAll((group, at) -> group < 2 ? 3L : 5L));
    }
    fleet.kill("3");
    fleet.rounds(2);
    assertThat(fleet.failure())
        .contains("what is left is of steps 3 to 5, which no longer fit together", "server 2");
  }

  @Test
  void groupsThatAreOneStepApartFit() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.step = 5;
    for (Fleet.Executor executor : fleet.executors.values()) {
      executor
          .servers
          .values()
          .forEach(server -> server.held.replaceAll((group, at) -> group < 2 ? 6L : 5L));
    }
    fleet.executor("2").workers.clear();
    fleet.executor("2").worker(1);
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.membership().step()).isEqualTo(5);
  }

  @Test
  void serverLivesOnACrampedExecutorWhenNoOtherComes() {
    Fleet fleet = new Fleet(1, 2, 1).train(2);
    fleet.kill("2");
    fleet.pass(LEASE_NS - SECOND_NS);
    assertThat(fleet.executor("1").servers).hasSize(1);
    fleet.pass(4 * SECOND_NS);
    assertThat(fleet.executor("1").servers).hasSize(2);
    assertThat(fleet.holders()).containsExactlyInAnyOrder("0+1", "0+1", "1+0", "1+0");
    // One with room comes at last.
    fleet.executor("4");
    fleet.pass(3 * SECOND_NS);
    assertThat(fleet.executor("1").servers).hasSize(1);
    assertThat(fleet.executor("4").servers).hasSize(1);
    assertThat(fleet.holders()).allMatch(words -> words.contains("+"));
    int generation = fleet.membership().generation();
    fleet.pass(3 * SECOND_NS);
    assertThat(fleet.membership().generation()).isEqualTo(generation);
  }

  @Test
  void serverThatAloneHoldsItsGroupsDoesNotTryToMove() {
    Fleet fleet = new Fleet(1, 2, 0);
    fleet.executor("1");
    fleet.executor("2");
    fleet.round();
    fleet.coordinator.place();
    fleet.kill("2");
    fleet.pass(LEASE_NS + 2 * SECOND_NS);
    assertThat(fleet.executor("1").servers).hasSize(2);
    fleet.executor("1").worker(0);
    fleet.rounds(4);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    fleet.executor("4");
    fleet.pass(3 * SECOND_NS);
    assertThat(fleet.membership().generation()).as("nothing was gained by another").isEqualTo(1);
  }

  @Test
  void serverLostBeforeTrainingIsPlacedAgainWithAllThatItLoads() {
    Fleet fleet = new Fleet(2, 2, 0);
    for (String id : List.of("1", "2", "3")) {
      fleet.executor(id).starting = true;
    }
    fleet.round();
    fleet.coordinator.place();
    fleet.round();
    assertThat(fleet.executor("3").servers).isEmpty();
    fleet.kill("2");
    fleet.round();
    assertThat(fleet.executor("3").server(1).order.load()).containsExactly(2, 3);
    for (Fleet.Executor executor : fleet.executors.values()) {
      executor.starting = false;
    }
    fleet.rounds(2);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.JOINING);
    fleet.executor("1").worker(0);
    fleet.rounds(2);
    fleet.executor("4");
    fleet.round();
    fleet.kill("3");
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.PLACING);
    fleet.rounds(3);
    fleet.executor("4").worker(1);
    fleet.rounds(3);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.holders()).containsExactly("0", "0", "1", "1");
    assertThat(fleet.executor("4").server(1).order.load()).containsExactly(2, 3);
  }

  @Test
  void executorLostBeforeServersArePlacedIsNotGivenAny() {
    Fleet fleet = new Fleet(1, 2, 0);
    fleet.executor("1");
    fleet.executor("2");
    fleet.round();
    fleet.kill("1");
    fleet.coordinator.place();
    assertThat(fleet.executor("2").report().servers()).hasSize(2);
  }

  @Test
  void memberThatDoesNotSealIsLostAfterTheLease() {
    Fleet fleet = new Fleet(3, 1, 0).train(3);
    fleet.executor("2").workers.get(0).deaf = true;
    fleet.kill("3");
    fleet.pass(LEASE_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    fleet.rounds(4);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(
            recovery ->
                assertThat(recovery.lost()).contains("worker 1", "did not seal for generation 2"));
  }

  @Test
  void runWithoutWorkersWaitsForOneAndGivesItTheTimeToSeal() {
    Fleet fleet = new Fleet(1, 1, 0).train(1);
    fleet.computeStep();
    fleet.executor("2");
    fleet.round();
    // The worker's executor lives on, but its task is gone and comes back late.
    Fleet.Worker old = fleet.executor("1").workers.remove(0);
    old.deaf = true;
    fleet.executor("2").worker(0).deaf = true;
    fleet.rounds(2);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    fleet.executor("2").workers.clear();
    fleet.pass(5 * LEASE_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    int lost = fleet.coordinator.restarts();
    Fleet.Worker late = fleet.executor("2").worker(0);
    late.deaf = true;
    fleet.pass(LEASE_NS / 2);
    assertThat(fleet.coordinator.restarts()).as("it has half of its time left").isEqualTo(lost);
    late.deaf = false;
    fleet.rounds(4);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().has(late.peer)).isTrue();
    assertThat(fleet.membership().step()).isEqualTo(1);
  }

  @Test
  void runIsGivenUpWhenNoWorkerComesBack() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.executor("3").report();
    fleet.executors.remove("3");
    fleet.executor("1").workers.get(0).deaf = true;
    fleet.executor("2").workers.get(0).deaf = true;
    fleet.executor("1").workers.get(0).broken = true;
    fleet.pass(LEASE_NS + SECOND_NS);
    fleet.executor("1").workers.clear();
    fleet.executor("2").workers.clear();
    fleet.pass(JOIN_NS + SECOND_NS);
    assertThat(fleet.failure())
        .contains(
            "no worker is left",
            "worker 0 (executor 1 on host1): did not seal for generation 2",
            "none came back in 120 s",
            "does Spark have executors for them?");
    assertThat(fleet.coordinator.isLost()).isTrue();
  }

  @Test
  void finishedWorkersAreMissedByNobody() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    fleet.step = 9;
    Fleet.Worker done = fleet.executor("2").workers.get(0);
    done.finished = true;
    fleet.round();
    fleet.kill("2");
    fleet.rounds(2);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.coordinator.restarts()).isZero();
    fleet.executor("1").workers.get(0).broken = true;
    fleet.rounds(3);
    assertThat(fleet.membership().step()).isEqualTo(9);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    // Its result was lost with the executor, so that Spark has it begin again.
    Fleet.Worker again = fleet.executor("1").worker(1);
    fleet.rounds(3);
    assertThat(fleet.membership().has(again.peer)).isTrue();
  }

  @Test
  void silentExecutorsAreToldOnceWhenTheyStaySilent() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    Fleet.Executor silent = fleet.executor("2");
    fleet.executors.remove("2");
    fleet.pass(LEASE_NS + SECOND_NS);
    assertThat(fleet.coordinator.takeSilent(fleet.nowNs)).isEmpty();
    fleet.pass(LEASE_NS + SECOND_NS);
    assertThat(fleet.coordinator.takeSilent(fleet.nowNs)).containsExactly("2");
    assertThat(fleet.coordinator.takeSilent(fleet.nowNs)).isEmpty();
    silent.report();
    assertThat(fleet.coordinator.executors()).isEqualTo(2);
  }
}
