package io.trireme.driver.coordinator;

import static io.trireme.driver.coordinator.Fleet.LEASE_NS;
import static io.trireme.driver.coordinator.Fleet.SECOND_NS;
import static io.trireme.driver.coordinator.Fleet.STALL_NS;
import static io.trireme.driver.coordinator.Fleet.STEP_NS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** No member is lost, but something is wrong; or a member is new. */
class StandstillTest {

  @Test
  void newcomersJoinUpToTheNumberOfSlots() {
    Fleet fleet = new Fleet(1, 1, 0).train(1);
    fleet.computeStep();
    for (int index = 1; index < 4; index++) {
      fleet.executor("2").worker(index);
      fleet.pass(3 * SECOND_NS);
      assertThat(fleet.membership().generation()).isEqualTo(1 + index);
      assertThat(fleet.membership().step()).isEqualTo(1);
    }
    assertThat(fleet.seats())
        .containsExactly("worker 0: 0-1", "worker 1: 1-2", "worker 2: 2-3", "worker 3: 3-4");
    fleet.executor("3").worker(4);
    fleet.rounds(5);
    assertThat(fleet.membership().generation()).as("no slot is left").isEqualTo(4);
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries()).as("no life was lost").isEmpty();
    fleet.kill("1");
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
  }

  /** Each generation sends all parameters to all, so that a crowd must not make one each. */
  @Test
  void thoseWhoComeWithinTwoSecondsShareAGeneration() {
    Fleet fleet = new Fleet(1, 64, List.of(10L), 1, 0).train(1);
    fleet.computeStep();
    for (int index = 1; index < 20; index++) {
      fleet.executor("2").worker(index);
      fleet.rounds(6);
      if (index == 1) {
        assertThat(fleet.membership().generation()).as("the first comes in at once").isEqualTo(2);
      }
    }
    fleet.pass(3 * SECOND_NS);
    assertThat(fleet.membership().generation()).as("in 12 s").isBetween(3, 8);
    assertThat(fleet.membership().workers()).hasSize(20);
  }

  @Test
  void spareWorkerTakesThePlaceOfALostOne() {
    Fleet fleet = new Fleet(2, 2, List.of(4L, 4L), 2, 1).train(3);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-1", "worker 1: 1-2");
    fleet.kill("2");
    fleet.rounds(3);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-1", "worker 2: 1-2");
  }

  @Test
  void sessionThatBreaksIsMadeAnew() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    fleet.executor("1").workers.get(0).broken = true;
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    fleet.executor("2").server(1).broken = true;
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(3);
    fleet.rounds(5);
    assertThat(fleet.membership().generation()).isEqualTo(3);
    assertThat(fleet.coordinator.restarts()).as("no life is lost").isZero();
  }

  @Test
  void breakInAGenerationThatIsOverIsOldNews() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    Fleet.Worker worker = fleet.executor("1").workers.get(0);
    worker.broken = true;
    worker.sealed = 0;
    fleet.executor("1").say();
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
  }

  @Test
  void sessionsThatBreakAgainAndAgainWithoutAStepEndTheRun() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    for (int i = 0; i < 5; i++) {
      assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
      fleet.executor("2").server(1).broken = true;
      fleet.rounds(4);
    }
    assertThat(fleet.failure())
        .contains("a session to server 1 (executor 2 on host2) has broken", "4 fresh starts");
  }

  @Test
  void everyStepGivesNewHope() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    for (int i = 0; i < 20; i++) {
      fleet.executor("2").server(1).broken = true;
      fleet.rounds(4);
      fleet.computeStep();
    }
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().generation()).isGreaterThan(15);
  }

  @Test
  void computingWorkerAndFinishedStepAreNoStall() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    for (int i = 0; i < 4; i++) {
      fleet.pass(STALL_NS - SECOND_NS);
      fleet.computeStep();
    }
    fleet.pass(STALL_NS - SECOND_NS);
    fleet.executor("1").workers.get(0).waiting = false;
    fleet.pass(2 * STALL_NS);
    fleet.executor("1").workers.get(0).waiting = true;
    fleet.pass(STALL_NS - SECOND_NS);
    assertThat(fleet.membership().generation()).isEqualTo(1);
  }

  /** A gather may take longer than any limit, as long as something arrives. */
  @Test
  void slowLinkIsNoStandstill() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    for (int i = 0; i < 6; i++) {
      fleet.pass(STALL_NS - SECOND_NS);
      if (i % 2 == 0) {
        fleet.executor("1").server(0).moved++;
      } else {
        fleet.executor("2").workers.get(0).moved++;
      }
    }
    assertThat(fleet.membership().generation()).isEqualTo(1);
    fleet.pass(STALL_NS + SECOND_NS);
    assertThat(fleet.membership().generation()).as("nothing moves any more").isEqualTo(2);
  }

  @Test
  void workerThatComputesOneStepForeverIsLost() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    Fleet.Worker stuck = fleet.executor("2").workers.get(0);
    stuck.waiting = false;
    fleet.pass(STEP_NS - SECOND_NS);
    assertThat(fleet.membership().generation()).isEqualTo(1);
    fleet.pass(2 * SECOND_NS);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    assertThat(fleet.executor("2").workers).as("it was told").isEmpty();
    assertThat(fleet.membership().servers()).as("its executor lives").hasSize(2);
    fleet.computeStep();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(
            recovery ->
                assertThat(recovery.lost())
                    .contains("worker 1", "for 300 s", "sync.stepTimeoutSeconds"));
  }

  @Test
  void workerThatComputesStepAfterStepIsNotLost() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    Fleet.Worker busy = fleet.executor("2").workers.get(0);
    busy.waiting = false;
    for (int step = 0; step < 8; step++) {
      busy.computed(step, 1);
      fleet.pass(STEP_NS / 2);
    }
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().generation()).isEqualTo(1);
  }

  @Test
  void newcomerBringsNobodyElseIntoTrouble() {
    Fleet fleet = new Fleet(1, 1, 0).train(1);
    Fleet.Worker deaf = fleet.executor("2").worker(1);
    deaf.deaf = true;
    fleet.pass(LEASE_NS - SECOND_NS);
    assertThat(fleet.coordinator.phase())
        .as("it is waited for")
        .isEqualTo(CoordinatorPhase.FORMING);
    fleet.pass(3 * SECOND_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
  }
}
