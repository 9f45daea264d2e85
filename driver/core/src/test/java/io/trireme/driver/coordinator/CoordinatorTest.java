package io.trireme.driver.coordinator;

import static io.trireme.driver.coordinator.Fleet.LEASE_NS;
import static io.trireme.driver.coordinator.Fleet.SECOND_NS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.trireme.common.message.FailureReport;
import io.trireme.common.message.JobOrders;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A run in which no member is lost, and what ends one. */
class CoordinatorTest {

  @Test
  void runGoesThroughItsPhases() {
    Fleet fleet = new Fleet(2, 2, 0);
    Coordinator coordinator = fleet.coordinator;
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.GATHERING);
    Fleet.Executor first = fleet.executor("1");
    Fleet.Executor second = fleet.executor("2");
    first.starting = true;
    JobOrders waiting = first.report();
    assertThat(waiting.servers()).isEmpty();
    assertThat(waiting.forming()).isZero();
    assertThat(waiting.membership()).isNull();
    assertThat(waiting.over()).isFalse();
    assertThat(second.report().servers()).isEmpty();
    assertThat(coordinator.executors()).isEqualTo(2);
    coordinator.place();
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.PLACING);
    fleet.rounds(2);
    assertThat(coordinator.phase()).as("server 0 is starting").isEqualTo(CoordinatorPhase.PLACING);
    first.starting = false;
    fleet.rounds(2);
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.JOINING);
    first.worker(0);
    fleet.rounds(2);
    assertThat(coordinator.phase()).as("one of two workers").isEqualTo(CoordinatorPhase.JOINING);
    second.worker(1);
    fleet.round();
    assertThat(second.say().forming()).isEqualTo(1);
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.FORMING);
    assertThat(coordinator.membership()).isNull();
    fleet.rounds(2);
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
    assertThat(fleet.membership().generation()).isEqualTo(1);
    assertThat(fleet.membership().step()).isZero();
    assertThat(fleet.seats()).containsExactly("worker 0: 0-2", "worker 1: 2-4");
    assertThat(fleet.holders()).containsExactly("0", "0", "1", "1");
    fleet.rounds(1);
    assertThat(first.report().membership()).as("the executor has it").isNull();
    coordinator.finish();
    JobOrders over = first.report();
    assertThat(over.over()).isTrue();
    assertThat(over.reason()).isNull();
    assertThat(coordinator.phase()).isEqualTo(CoordinatorPhase.FINISHED);
    assertThat(coordinator.failure()).isNull();
    assertThat(coordinator.restarts()).isZero();
  }

  @Test
  void placingTwiceOrWithoutExecutorsIsAMistakeThatChangesNothing() {
    Fleet fleet = new Fleet(1, 2, 0);
    assertThatThrownBy(fleet.coordinator::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no executor");
    fleet.executor("1");
    fleet.round();
    fleet.coordinator.place();
    assertThatThrownBy(fleet.coordinator::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("run run-1 cannot go from PLACING to PLACING");
    assertThat(fleet.executor("1").report().servers()).hasSize(2);
  }

  @Test
  void repeatedAndLostReportsDoNoHarm() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    Fleet.Executor first = fleet.executor("1");
    first.workers.get(0).computed(0, 4);
    for (int i = 0; i < 3; i++) {
      assertThat(first.say().forming()).isEqualTo(1);
    }
    assertThat(fleet.coordinator.takeSteps()).isEmpty();
    fleet.executor("2").workers.get(0).computed(0, 6).computed(1, 3);
    fleet.executor("2").report();
    assertThat(fleet.coordinator.takeSteps())
        .extracting(
            GlobalStep::step,
            GlobalStep::examples,
            GlobalStep::loss,
            GlobalStep::computeNs,
            GlobalStep::waitNs,
            GlobalStep::sentBytes,
            GlobalStep::receivedBytes)
        .containsExactly(tuple(0L, 4, 2.5, 10L, 20L, 2000L, 4000L));
    assertThat(fleet.coordinator.takeSteps()).isEmpty();
    // The answer was lost: the step comes again, with what happened since.
    first.workers.get(0).computed(1, 1);
    first.report();
    assertThat(fleet.coordinator.takeSteps())
        .extracting(GlobalStep::step, GlobalStep::loss)
        .containsExactly(tuple(1L, 1.0));
    first.known = 0;
    assertThat(first.report().membership()).isSameAs(fleet.membership());
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.TRAINING);
  }

  @Test
  void nobodyIsLateBeforeThereIsAnythingToDo() {
    Fleet fleet = new Fleet(1, 1, 0);
    fleet.executor("1").report();
    fleet.coordinator.onTick(100 * LEASE_NS);
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.GATHERING);
    assertThat(fleet.coordinator.executors()).isEqualTo(1);
  }

  @Test
  void failuresNameWhoAndWhereAndTheFirstOneStands() {
    Fleet fleet = new Fleet(2, 2, 1).train(2);
    fleet.executor("2").workers.get(0).failure = FailureReport.anywhere("no memory for slot 3");
    fleet.executor("2").report();
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FAILED);
    assertThat(fleet.failure()).isEqualTo("worker 1 (executor 2 on host2): no memory for slot 3");
    assertThat(fleet.coordinator.isLost()).isFalse();
    fleet.executor("1").failure = "something else";
    JobOrders orders = fleet.executor("1").report();
    assertThat(orders.over()).isTrue();
    assertThat(orders.reason()).contains("no memory for slot 3");
    fleet.coordinator.finish();
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FAILED);
  }

  @Test
  void failureOfAServerNamesItWhileItStarts() {
    Fleet fleet = new Fleet(1, 2, 0);
    fleet.executor("1").starting = true;
    fleet.round();
    fleet.coordinator.place();
    fleet.round();
    fleet.executor("1").server(1).failure = FailureReport.anywhere("no memory for block 3");
    assertThat(fleet.executor("1").report().over()).isTrue();
    assertThat(fleet.failure()).isEqualTo("server 1 (executor 1 on host1): no memory for block 3");
  }

  @Test
  void lossThatIsNoNumberEndsTheRunWithAWayOut() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    fleet.executor("2").workers.get(0).computed(7, Double.NaN);
    fleet.executor("2").report();
    assertThat(fleet.failure())
        .contains("worker 1 at step 7", "training has diverged", "optimizer.clipGlobalNorm");
  }

  @Test
  void executorLostAfterTheEndIsOfNoInterest() {
    Fleet fleet = new Fleet(2, 2, 0).train(2);
    fleet.coordinator.finish();
    fleet.kill("1");
    fleet.coordinator.onTick(fleet.nowNs + 100 * LEASE_NS);
    fleet.coordinator.fail("too late");
    assertThat(fleet.coordinator.phase()).isEqualTo(CoordinatorPhase.FINISHED);
    assertThat(fleet.coordinator.failure()).isNull();
    assertThat(fleet.coordinator.restarts()).isZero();
  }

  @Test
  void slotsAreSharedOutOverAnyNumberOfWorkers() {
    Fleet fleet = new Fleet(3, 8, List.of(5L), 1, 0);
    fleet.executor("1");
    fleet.round();
    fleet.coordinator.place();
    for (int index : new int[] {2, 0, 1}) {
      fleet.executor("1").worker(index);
    }
    fleet.rounds(4);
    assertThat(fleet.seats()).containsExactly("worker 0: 0-2", "worker 1: 2-5", "worker 2: 5-8");
  }

  @Test
  void slowWorkerIsNamedOnce() {
    Fleet fleet = new Fleet(3, 1, 0).train(3);
    for (long step = 0; step < 100; step++) {
      for (int i = 0; i < 3; i++) {
        long computeNs = (i == 1 ? 300 : 100) * SECOND_NS / 1000;
        fleet
            .executor(String.valueOf(i + 1))
            .workers
            .get(0)
            .steps
            .add(Fleet.timed(1, step, i, i == 2 ? 4 : i + 1, 1, computeNs));
      }
      fleet.round();
    }
    assertThat(fleet.coordinator.takeWarnings())
        .containsExactly(
            "worker 1 is late: it computes 300 ms a step, the others 100 ms; all wait for it");
    assertThat(fleet.coordinator.takeWarnings()).isEmpty();
  }

  @Test
  void phasesFollowEachOtherAsTheyAreMeantTo() {
    Map<CoordinatorPhase, Set<CoordinatorPhase>> next = new EnumMap<>(CoordinatorPhase.class);
    next.put(
        CoordinatorPhase.GATHERING, EnumSet.of(CoordinatorPhase.PLACING, CoordinatorPhase.FAILED));
    next.put(
        CoordinatorPhase.PLACING, EnumSet.of(CoordinatorPhase.JOINING, CoordinatorPhase.FAILED));
    next.put(
        CoordinatorPhase.JOINING,
        EnumSet.of(CoordinatorPhase.PLACING, CoordinatorPhase.FORMING, CoordinatorPhase.FAILED));
    next.put(
        CoordinatorPhase.FORMING,
        EnumSet.of(CoordinatorPhase.TRAINING, CoordinatorPhase.FINISHED, CoordinatorPhase.FAILED));
    next.put(
        CoordinatorPhase.TRAINING,
        EnumSet.of(CoordinatorPhase.FORMING, CoordinatorPhase.FINISHED, CoordinatorPhase.FAILED));
    for (CoordinatorPhase from : CoordinatorPhase.values()) {
      Set<CoordinatorPhase> allowed = next.getOrDefault(from, Set.of());
      assertThat(from.isOver()).isEqualTo(allowed.isEmpty());
      for (CoordinatorPhase to : CoordinatorPhase.values()) {
        assertThat(from.mayBecome(to)).as("%s to %s", from, to).isEqualTo(allowed.contains(to));
      }
    }
  }
}
