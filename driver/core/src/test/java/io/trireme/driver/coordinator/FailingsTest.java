package io.trireme.driver.coordinator;

import static io.trireme.driver.coordinator.Fleet.LEASE_NS;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.FailureReport;
import io.trireme.common.wire.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Failures that executors report: of one place, or of the job. */
class FailingsTest {

  private static final FailureReport NO_MEMORY =
      FailureReport.of(new OutOfMemoryError("Cannot reserve 4194304 bytes"));

  private static List<String> homes(Fleet fleet) {
    return fleet.executors.values().stream()
        .map(executor -> executor.id + ": " + executor.servers.size())
        .toList();
  }

  @Test
  void replacementThatCannotTakePartIsLeftOut() {
    Fleet fleet = new Fleet(2, 3, 1).train(3);
    fleet.computeStep();
    fleet.kill("1");
    fleet.rounds(6);
    fleet.executor("9").report();
    fleet.coordinator.onTick(fleet.nowNs);
    assertThat(fleet.executor("9").report().servers()).as("it is the emptiest").hasSize(1);
    fleet.executor("9").servers.clear();
    fleet.executor("9").failure = "insufficient usable storage for new log in /dev/shm";
    fleet.rounds(6);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.executor("9").report().servers()).as("its duties are lost").isEmpty();
    fleet.computeStep();
    fleet.pass(3 * LEASE_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(homes(fleet)).containsExactly("2: 2", "3: 1", "9: 0");
    // It has room at last.
    fleet.executor("9").failure = null;
    fleet.rounds(12);
    assertThat(homes(fleet)).containsExactly("2: 1", "3: 1", "9: 1");
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
  }

  @Test
  void executorThatFailsBetweenTheOthersIsALoss() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.computeStep();
    Peer worker = fleet.executor("2").workers.get(0).peer;
    fleet.executor("2").failure = "the driver has not answered for 31 s";
    fleet.rounds(4);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().has(worker)).isFalse();
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(recovery -> assertThat(recovery.lost()).contains("not answered for 31 s"));
  }

  @Test
  void executorsThatCannotBeginLeaveTheServersToOthers() {
    Fleet fleet = new Fleet(1, 2, 0);
    fleet.executor("1");
    fleet.executor("2");
    fleet.round();
    fleet.coordinator.place();
    fleet.executor("2").failure = "no UDP port could be bound";
    fleet.rounds(3);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.JOINING);
    assertThat(fleet.executor("1").servers).hasSize(2);
  }

  @Test
  void whereNoExecutorCanTakePartTheRunEndsWithTheReasons() {
    Fleet fleet = new Fleet(1, 1, 0).train(1);
    fleet.executor("1").failure = "InternalError: a fault occurred in an unsafe memory access";
    fleet.pass(LEASE_NS / 2);
    fleet.executor("1").failure = "no room in /dev/shm";
    fleet.pass(LEASE_NS);
    assertThat(fleet.failure()).contains("executor 1 on host1", "no room in /dev/shm");
    assertThat(fleet.coordinator.isLost()).isTrue();
  }

  @Test
  void serverWithoutMemoryLivesAgainElsewhere() {
    Fleet fleet = new Fleet(3, 2, 1).train(3);
    fleet.computeStep();
    fleet.executor("1").server(0).failure = NO_MEMORY;
    fleet.rounds(30);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().generation()).isLessThan(6);
    assertThat(homes(fleet)).containsExactly("1: 0", "2: 1", "3: 1");
    assertThat(fleet.membership().servers()).hasSize(2);
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries())
        .anySatisfy(recovery -> assertThat(recovery.lost()).contains("Cannot reserve 4194304"));
  }

  @Test
  void workerWhoseTransportFailsIsALoss() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.computeStep();
    Fleet.Worker broken = fleet.executor("2").workers.get(0);
    broken.failure =
        FailureReport.of(
            new IllegalStateException(
                "while sending", new io.trireme.common.transport.TransportException("closed")));
    fleet.rounds(4);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    fleet.executor("2").worker(1);
    fleet.rounds(4);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-2", "worker 1: 2-4");
  }

  @Test
  void executorWhereLivesFailAgainAndAgainIsGivenUp() {
    Fleet fleet = new Fleet(3, 3, 1).train(3);
    for (int i = 0; i < 4; i++) {
      fleet.computeStep();
      assertThat(fleet.coordinator.executors()).isEqualTo(3);
      fleet.executor("2").servers.values().forEach(server -> server.failure = NO_MEMORY);
      fleet.rounds(8);
    }
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.coordinator.executors()).isEqualTo(2);
    assertThat(fleet.executor("2").report().over()).isTrue();
    fleet.pass(2 * LEASE_NS);
    assertThat(fleet.coordinator.takeSilent(fleet.nowNs)).containsExactly("2");
    assertThat(fleet.membership().servers()).hasSize(3);
  }

  @Test
  void allThatFailsAtAPlaceAtATimeIsOneFailureOfIt() {
    Fleet fleet = new Fleet(5, 2, 1).train(2);
    fleet.computeStep();
    fleet.executor("2").servers.values().forEach(server -> server.failure = NO_MEMORY);
    fleet.executor("2").workers.forEach(worker -> worker.failure = NO_MEMORY);
    for (int i = 2; i < 8; i++) {
      fleet.executor("2").worker(i).failure = NO_MEMORY;
    }
    fleet.executor("2").report();
    assertThat(fleet.coordinator.phase().isOver()).isFalse();
    assertThat(fleet.coordinator.executors()).isEqualTo(2);
  }

  @Test
  void whereNoneIsFitAtFirstServersAreGivenOutAllTheSame() {
    Fleet fleet = new Fleet(1, 1, 0);
    fleet.executor("1").failure = "no room in /dev/shm yet";
    fleet.round();
    fleet.coordinator.place();
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.PLACING);
  }

  @Test
  void failuresInARowWithoutAStepEndTheRun() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    for (int i = 0; i < 7; i++) {
      assertThat(fleet.coordinator.phase().isOver()).as("after %d", i).isFalse();
      Fleet.Executor home = fleet.executor(i % 2 == 0 ? "1" : "2");
      Fleet.Worker newcomer = home.worker(2);
      newcomer.failure = NO_MEMORY;
      fleet.nowNs++;
      home.report();
      home.workers.remove(newcomer);
    }
    assertThat(fleet.failure()).contains("worker 2", "Cannot reserve", "6 others before");
    assertThat(fleet.coordinator.isLost()).isTrue();
  }

  @Test
  void whatWouldComeAgainAnywhereEndsTheRun() {
    assertThat(FailureReport.of(new IllegalStateException("bad model")).recurs()).isTrue();
    assertThat(FailureReport.of(new java.io.UncheckedIOException(new java.io.IOException("gone"))))
        .isEqualTo(new FailureReport("java.io.IOException: gone", false));
    assertThat(NO_MEMORY.why()).contains("OutOfMemoryError");
    assertThat(NO_MEMORY.recurs()).isFalse();
  }
}
