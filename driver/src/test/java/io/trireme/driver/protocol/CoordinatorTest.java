package io.trireme.driver.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.JobOrders;
import io.trireme.common.control.JobReport;
import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerReport;
import io.trireme.common.control.StepReport;
import io.trireme.common.control.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoordinatorTest {

  private static final String RUN = "run-1";
  private static final long LEASE_NS = 10_000_000_000L;
  private static final long STALL_NS = 30_000_000_000L;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final Endpoint PLACE = new Endpoint("host", 1, "driver", 2);

  private final Coordinator coordinator =
      new Coordinator(
          new CoordinatorOptions(RUN, 2, 5, List.of(0, 3, 4, 9), 0, 2, LEASE_NS, STALL_NS));

  private JobOrders report(
      String executor, long nowNs, List<ServerReport> servers, List<WorkerReport> workers) {
    return report(executor, nowNs, servers, workers, null);
  }

  private JobOrders report(
      String executor,
      long nowNs,
      List<ServerReport> servers,
      List<WorkerReport> workers,
      @Nullable String failure) {
    JobReport job = new JobReport(RUN, servers, workers, failure);
    return coordinator.onReport(
        new ExecutorReport(executor, "host" + executor, List.of(job)), nowNs);
  }

  private JobOrders hello(String executor, long nowNs) {
    return coordinator.onReport(new ExecutorReport(executor, "host" + executor, List.of()), nowNs);
  }

  private static ServerReport server(int index, boolean ready) {
    return new ServerReport(
        index,
        100 + index,
        ready ? PLACE : null,
        ready,
        "server " + index + " waits for slots",
        Map.of(Rejection.DUPLICATE, 1L + index),
        null);
  }

  private static WorkerReport worker(
      int index, boolean waiting, boolean done, StepReport... steps) {
    return new WorkerReport(
        index,
        200 + index,
        PLACE,
        waiting,
        "worker " + index + " waits for blocks",
        done,
        List.of(steps),
        null);
  }

  private static WorkerReport busy(int index, StepReport... steps) {
    return worker(index, false, false, steps);
  }

  private static StepReport step(long step, int examples, double scoreSum) {
    return new StepReport(step, examples, scoreSum, 10 * examples, 20 - examples, 1000, 2000);
  }

  /** Executors 1 and 2, with servers 0 and 2 on the first and 1 on the second. */
  private void place() {
    hello("1", 0);
    hello("2", 0);
    coordinator.place();
  }

  private void train() {
    place();
    report("1", 0, List.of(server(0, true), server(2, true)), List.of(busy(0)));
    report("2", 0, List.of(server(1, true)), List.of(busy(1)));
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
  }

  @Test
  void runGoesThroughItsPhases() {
    assertThat(coordinator.phase()).isEqualTo(Phase.GATHERING);
    JobOrders waiting = hello("1", 0);
    assertThat(waiting.servers()).isEmpty();
    assertThat(waiting.membership()).isNull();
    assertThat(waiting.over()).isFalse();
    hello("2", 0);
    assertThat(coordinator.executors()).isEqualTo(2);
    coordinator.place();
    assertThat(coordinator.phase()).isEqualTo(Phase.PLACING);
    report("1", 1, List.of(server(0, true), server(2, false)), List.of());
    report("2", 1, List.of(server(1, true)), List.of(busy(1)));
    assertThat(coordinator.phase()).isEqualTo(Phase.PLACING);
    report("1", 2, List.of(server(0, true), server(2, true)), List.of());
    assertThat(coordinator.phase()).isEqualTo(Phase.JOINING);
    JobOrders training =
        report("1", 3, List.of(server(0, true), server(2, true)), List.of(busy(0)));
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
    Membership membership = training.membership();
    assertThat(membership).isNotNull();
    assertThat(membership.generation()).isEqualTo(1);
    assertThat(membership.workers())
        .extracting(member -> member.peer() + " " + member.slotFrom() + " " + member.slotTo())
        .containsExactly("worker 0 0 2", "worker 1 2 5");
    assertThat(membership.workers())
        .extracting(member -> member.peer().incarnation())
        .containsExactly(200L, 201L);
    assertThat(membership.servers())
        .extracting(member -> member.peer() + " " + member.groupFrom() + " " + member.groupTo())
        .containsExactly("server 0 0 3", "server 1 3 4", "server 2 4 9");
    report("1", 4, List.of(), List.of(worker(0, false, true)));
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
    JobOrders over = report("2", 5, List.of(), List.of(worker(1, false, true)));
    assertThat(coordinator.phase()).isEqualTo(Phase.FINISHED);
    assertThat(over.over()).isTrue();
    assertThat(over.reason()).isNull();
    assertThat(coordinator.failure()).isNull();
  }

  @Test
  void serversAreGivenOutInTurn() {
    hello("2", 0);
    hello("1", 0);
    coordinator.place();
    assertThat(hello("1", 1).servers()).containsExactly(0, 2);
    assertThat(hello("2", 1).servers()).containsExactly(1);
    assertThat(hello("3", 1).servers()).isEmpty();
  }

  @Test
  void placingTwiceOrWithoutExecutorsIsAMistakeThatChangesNothing() {
    assertThatThrownBy(coordinator::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no executor");
    place();
    assertThatThrownBy(coordinator::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("run run-1 cannot go from PLACING to PLACING");
    assertThat(hello("1", 1).servers()).containsExactly(0, 2);
  }

  @Test
  void repeatedAndLostReportsDoNoHarm() {
    train();
    Membership first = hello("1", 1).membership();
    for (int i = 0; i < 3; i++) {
      report("1", 1, List.of(server(0, true), server(2, true)), List.of(busy(0, step(0, 2, 4))));
    }
    assertThat(coordinator.takeSteps()).isEmpty();
    report("2", 1, List.of(server(1, true)), List.of(busy(1, step(0, 3, 6), step(1, 3, 3))));
    assertThat(coordinator.takeSteps())
        .containsExactly(new GlobalStep(0, 5, 2.0, 30, 18, 2000, 4000));
    assertThat(coordinator.takeSteps()).isEmpty();
    // The answer to the last report was lost: it comes again, with what happened since.
    report("1", 2, List.of(), List.of(busy(0, step(0, 2, 4), step(1, 2, 2))));
    assertThat(coordinator.takeSteps())
        .extracting(GlobalStep::step, GlobalStep::examples, GlobalStep::loss)
        .containsExactly(tuple(1L, 5, 1.0));
    assertThat(hello("1", 3).membership()).isSameAs(first);
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
  }

  @Test
  void reportsOfOtherRunsAreLifeSignsOnly() {
    place();
    JobReport other =
        new JobReport("run-0", List.of(server(0, true)), List.of(busy(0)), "run-0 failed");
    JobOrders orders =
        coordinator.onReport(new ExecutorReport("1", "host1", List.of(other)), LEASE_NS);
    assertThat(orders.run()).isEqualTo(RUN);
    assertThat(orders.over()).isFalse();
    coordinator.onReport(new ExecutorReport("2", "host2", List.of(other)), LEASE_NS);
    coordinator.onTick(LEASE_NS + 1);
    assertThat(coordinator.phase()).isEqualTo(Phase.PLACING);
  }

  @Test
  void executorThatIsSilentFailsTheRunWithItsHostAndDuties() {
    train();
    report("2", LEASE_NS, List.of(server(1, true)), List.of(busy(1)));
    coordinator.onTick(LEASE_NS);
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
    coordinator.onTick(LEASE_NS + 1);
    assertThat(coordinator.phase()).isEqualTo(Phase.FAILED);
    assertThat(coordinator.failure())
        .contains(
            "executor 1 on host1 was silent for 10 s",
            "it had server 0, server 2, worker 0",
            "transport.timeoutSeconds");
    JobOrders orders = hello("2", LEASE_NS + 2);
    assertThat(orders.over()).isTrue();
    assertThat(orders.reason()).isEqualTo(coordinator.failure());
  }

  @Test
  void executorWithoutDutiesMayBeSilent() {
    place();
    hello("3", 0);
    hello("1", LEASE_NS);
    hello("2", LEASE_NS);
    coordinator.onTick(LEASE_NS + 5);
    assertThat(coordinator.phase()).isEqualTo(Phase.PLACING);
  }

  @Test
  void nobodyIsLateBeforeThereIsAnythingToDo() {
    hello("1", 0);
    coordinator.onTick(100 * LEASE_NS);
    assertThat(coordinator.phase()).isEqualTo(Phase.GATHERING);
  }

  @Test
  void executorThatSparkGaveUpFailsTheRunIfItHadDuties() {
    train();
    hello("3", 0);
    coordinator.onExecutorLost("3", "decommissioned");
    coordinator.onExecutorLost("unheard of", "whatever");
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
    assertThat(coordinator.executors()).isEqualTo(2);
    coordinator.onExecutorLost("2", "heartbeat timed out");
    assertThat(coordinator.failure())
        .isEqualTo("executor 2 on host2 was lost (heartbeat timed out); it had server 1, worker 1");
  }

  @Test
  void executorLostBeforeServersArePlacedIsNotGivenAny() {
    hello("1", 0);
    hello("2", 0);
    coordinator.onExecutorLost("1", "preempted");
    coordinator.place();
    assertThat(hello("2", 0).servers()).containsExactly(0, 1, 2);
  }

  @Test
  void executorLostAfterTheEndIsOfNoInterest() {
    train();
    report("1", 1, List.of(), List.of(worker(0, false, true)));
    report("2", 1, List.of(), List.of(worker(1, false, true)));
    coordinator.onExecutorLost("1", "released");
    coordinator.onTick(100 * LEASE_NS);
    coordinator.fail("too late");
    assertThat(coordinator.phase()).isEqualTo(Phase.FINISHED);
    assertThat(coordinator.failure()).isNull();
  }

  @Test
  void failuresNameWhoAndWhereAndTheFirstOneStands() {
    train();
    WorkerReport failed =
        new WorkerReport(1, 201, PLACE, false, "", false, List.of(), "loss is NaN at step 7");
    report("2", 1, List.of(), List.of(failed));
    assertThat(coordinator.phase()).isEqualTo(Phase.FAILED);
    assertThat(coordinator.failure())
        .isEqualTo("worker 1 (executor 2 on host2): loss is NaN at step 7");
    report("1", 2, List.of(), List.of(), "something else");
    assertThat(coordinator.failure()).contains("loss is NaN");
  }

  @Test
  void failureOfAServerNamesItWhileItStarts() {
    place();
    ServerReport failed =
        new ServerReport(2, 102, null, false, "starting", Map.of(), "no memory for block 3");
    JobOrders orders = report("1", 1, List.of(server(0, true), failed), List.of());
    assertThat(orders.over()).isTrue();
    assertThat(coordinator.failure())
        .isEqualTo("server 2 (executor 1 on host1): no memory for block 3");
  }

  @Test
  void failureOfAWholeExecutorNamesIt() {
    train();
    report("1", 1, List.of(), List.of(), "no UDP port could be bound");
    assertThat(coordinator.failure()).isEqualTo("executor 1 on host1: no UDP port could be bound");
  }

  private void everybodyWaits(long nowNs) {
    report("1", nowNs, List.of(server(0, true), server(2, true)), List.of(worker(0, true, false)));
    report("2", nowNs, List.of(server(1, true)), List.of(worker(1, true, false)));
    coordinator.onTick(nowNs);
  }

  @Test
  void runInWhichEverybodyWaitsFailsAndSaysForWhat() {
    train();
    long now = SECOND_NS;
    for (; now <= SECOND_NS + STALL_NS; now += SECOND_NS) {
      everybodyWaits(now);
      assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
    }
    everybodyWaits(now);
    assertThat(coordinator.phase()).isEqualTo(Phase.FAILED);
    assertThat(coordinator.failure())
        .contains(
            "nothing moved for 31 s",
            "worker 0 waits for blocks",
            "worker 1 waits for blocks",
            "server 1 waits for slots",
            "dropped {DUPLICATE=2}");
  }

  @Test
  void computingWorkerAndFinishedStepAreNoStall() {
    train();
    long now = SECOND_NS;
    for (int i = 0; i < 100; i++, now += SECOND_NS) {
      everybodyWaits(now);
      if (i % 29 == 28) {
        report("1", now, List.of(), List.of(worker(0, i % 2 == 0, false)));
        if (i % 2 == 0) {
          report("1", now, List.of(), List.of(worker(0, true, false, step(i, 2, 1))));
        }
        coordinator.onTick(now);
      }
    }
    assertThat(coordinator.failure()).isNull();
    assertThat(coordinator.phase()).isEqualTo(Phase.TRAINING);
  }

  @Test
  void stepsThatAreReportedAgainAreNoProgress() {
    train();
    long now = SECOND_NS;
    while (now < 3 * STALL_NS && coordinator.phase() == Phase.TRAINING) {
      report("1", now, List.of(), List.of(worker(0, true, false, step(0, 2, 1))));
      report("2", now, List.of(), List.of(worker(1, true, false)));
      coordinator.onTick(now);
      now += SECOND_NS;
    }
    assertThat(coordinator.failure()).contains("nothing moved");
  }

  @Test
  void workerThatComesBackAsAnotherLifeFailsTheRun() {
    train();
    WorkerReport reborn =
        new WorkerReport(1, 999, PLACE, true, "membership", false, List.of(), null);
    report("1", 1, List.of(), List.of(busy(0), reborn));
    assertThat(coordinator.phase()).isEqualTo(Phase.FAILED);
    assertThat(coordinator.failure()).contains("worker 1", "executor 1 on host1", "another life");
  }

  @Test
  void droppedMessagesAreAddedOverServers() {
    assertThat(coordinator.dropped()).isEmpty();
    train();
    assertThat(coordinator.dropped()).isEqualTo(Map.of(Rejection.DUPLICATE, 6L));
  }

  @Test
  void slotsAreSharedOutOverAnyNumberOfWorkers() {
    Coordinator many =
        new Coordinator(new CoordinatorOptions(RUN, 3, 8, List.of(0, 1), 0, 1, LEASE_NS, STALL_NS));
    ExecutorReport hello = new ExecutorReport("1", "host", List.of());
    assertThat(many.onReport(hello, 0).membership()).isNull();
    many.place();
    List<WorkerReport> workers = new ArrayList<>(List.of(busy(2), busy(0), busy(1)));
    Membership membership =
        many.onReport(
                new ExecutorReport(
                    "1",
                    "host",
                    List.of(new JobReport(RUN, List.of(server(0, true)), workers, null))),
                0)
            .membership();
    assertThat(membership).isNotNull();
    assertThat(membership.workers())
        .extracting(member -> member.slotFrom() + "-" + member.slotTo())
        .containsExactly("0-2", "2-5", "5-8");
  }

  @Test
  void phasesGoForwardOnly() {
    for (Phase from : Phase.values()) {
      for (Phase to : Phase.values()) {
        boolean next = to.ordinal() == from.ordinal() + 1 && to != Phase.FAILED;
        boolean failing = to == Phase.FAILED;
        assertThat(from.mayBecome(to))
            .as("%s to %s", from, to)
            .isEqualTo(!from.isOver() && (next || failing));
      }
    }
    assertThat(List.of(Phase.FINISHED, Phase.FAILED)).allMatch(Phase::isOver);
  }
}
