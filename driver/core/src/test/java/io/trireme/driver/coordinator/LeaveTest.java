package io.trireme.driver.coordinator;

import static io.trireme.driver.coordinator.Fleet.JOIN_NS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.JobOrders;
import org.junit.jupiter.api.Test;

/** Workers leave in good order, which is no loss. */
class LeaveTest {

  private static final EncodingReport ALL_SENT = new EncodingReport(400, 20, 100, 100, 0);

  @Test
  void theOthersGoOnAndNothingIsLost() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    fleet.computeStep();
    Fleet.Executor leaving = fleet.executor("2");
    Fleet.Worker leaver = leaving.workers.get(0);
    leaver.left = ALL_SENT;
    JobOrders orders = leaving.say();
    assertThat(orders.fenced()).containsExactly(leaver.peer);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    fleet.executors.remove("2");
    fleet.rounds(3);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    fleet.computeStep();
    fleet.coordinator.onExecutorLost("2", "it has ended", fleet.nowNs);
    assertThat(fleet.membership().generation()).isEqualTo(2);
    assertThat(fleet.coordinator.restarts()).isZero();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(
            recovery -> {
              assertThat(recovery.lost()).contains("worker 1").endsWith("left in good order");
              assertThat(recovery.left()).isOne();
              assertThat(recovery.workers()).isZero();
              assertThat(recovery.residualNorm()).isZero();
              assertThat(recovery.describe()).contains("left in good order").doesNotContain("lost");
            });
  }

  @Test
  void whatCouldNotBeHandedOverIsToldAsLost() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    fleet.executor("2").workers.get(0).left = new EncodingReport(400, 20, 100, 100, 9);
    fleet.rounds(4);
    fleet.computeStep();
    assertThat(fleet.coordinator.restarts()).isZero();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(recovery -> assertThat(recovery.residualNorm()).isCloseTo(3, within(1e-9)));
  }

  @Test
  void whoDiesBeforeItHasLeftIsLost() {
    Fleet fleet = new Fleet(2, 1, 0).train(2);
    fleet.computeStep();
    fleet.kill("2");
    fleet.rounds(4);
    fleet.computeStep();
    assertThat(fleet.coordinator.restarts()).isOne();
    assertThat(fleet.coordinator.takeRecoveries())
        .singleElement()
        .satisfies(
            recovery -> {
              assertThat(recovery.left()).isZero();
              assertThat(recovery.workers()).isOne();
            });
  }

  @Test
  void whenTheLastOneHasLeftTheRunWaitsForAnother() {
    Fleet fleet = new Fleet(1, 1, 0).train(1);
    fleet.computeStep();
    fleet.executor("2");
    fleet.round();
    fleet.executor("1").workers.get(0).left = ALL_SENT;
    fleet.rounds(3);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    fleet.executor("2").worker(0);
    fleet.rounds(3);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-4");
    fleet.executor("2").workers.get(0).left = ALL_SENT;
    fleet.rounds(2);
    fleet.pass(JOIN_NS);
    fleet.rounds(2);
    assertThat(fleet.coordinator.failure())
        .contains("no worker is left")
        .contains("left in good order");
  }
}
