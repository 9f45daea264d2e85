package io.trireme.driver.coordinator;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ControlCodec;
import io.trireme.common.message.EncodingReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Orders;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.message.SlotRange;
import io.trireme.common.message.StepRange;
import io.trireme.common.message.StepReport;
import io.trireme.common.message.WorkerReport;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the reports of many executors cost the driver: decoding, coordinator and encoding, in
 * processor time of one thread, each executor with one worker and one server, in steady training
 * with a step a round.
 */
public final class ReportsBenchmark {

  private static final String RUN = "run-0123456789ab";
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long BEAT_NS = SECOND_NS / 4;
  private static final int WARM_REPORTS = 40_000;
  private static final int REPORTS = 40_000;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final Coordinator coordinator;
  private final List<Executor> executors = new ArrayList<>();
  private long nowNs;
  private long incarnation = 1;

  private static final class Executor {
    final String id;
    final Peer worker;
    List<ServerOrder> servers = List.of();
    int forming;
    int known;
    boolean joined;
    boolean entered;

    Executor(int index) {
      id = String.valueOf(index);
      worker = Peer.worker(index, 1_000_000L + index);
    }

    private static Endpoint endpoint(int stream) {
      return new Endpoint(
          "10.0.0.1", 40_000, "trireme-4026531836-12345-0e1b2c3d@10.0.0.1:40000", stream);
    }

    ExecutorReport report(long step) {
      List<ServerReport> reports = new ArrayList<>();
      for (ServerOrder order : servers) {
        List<GroupStep> steps = new ArrayList<>();
        if (!entered && forming > 0) {
          order.load().forEach(group -> steps.add(new GroupStep(group, 0, 0)));
        }
        reports.add(
            new ServerReport(
                order.peer(),
                true,
                forming,
                forming == 0 ? null : endpoint(7),
                steps,
                true,
                false,
                1 + step,
                0,
                order.peer() + " of generation 1 waits for slots [0, 2) [5, 6) of block 3",
                Map.of(),
                null));
      }
      List<WorkerReport> workers = new ArrayList<>();
      if (joined) {
        int slot = worker.index();
        List<StepReport> steps =
            step < 0
                ? List.of()
                : List.of(
                    new StepReport(
                        1,
                        step,
                        new SlotRange(slot, slot + 1),
                        new StepReport.Score(64, 12.3456789),
                        new StepReport.Times(123_456_789, 23_456_789, 3_456_789),
                        new StepReport.Traffic(
                            123_456_789_012L, 123_456_789_012L, EncodingReport.NOTHING),
                        null));
        workers.add(
            new WorkerReport(
                worker,
                forming,
                forming == 0 ? null : endpoint(8),
                true,
                false,
                1 + step,
                worker + " of generation 1 waits for block 1 of step 7 (380 blocks missing)",
                false,
                steps,
                null,
                null));
      }
      return new ExecutorReport(
          id,
          "10.0.0.1",
          List.of(
              new JobReport(RUN, known, reports, workers, CheckpointReport.NONE, List.of(), null)));
    }

    void take(JobOrders orders) {
      servers = orders.servers();
      entered &= forming == orders.forming();
      forming = orders.forming();
      if (orders.membership() != null) {
        known = orders.membership().generation();
        entered = true;
      }
    }
  }

  private ReportsBenchmark(int count) {
    List<Long> groups = new ArrayList<>(Collections.nCopies(count, 262_144L));
    coordinator =
        new Coordinator(
            new CoordinatorOptions(
                RUN,
                count,
                count,
                new CoordinatorOptions.Servers(count, count > 1 ? 1 : 0, groups),
                new StepRange(0, 1_000_000),
                new Deadlines(30 * SECOND_NS, 10 * SECOND_NS, 600 * SECOND_NS, 300 * SECOND_NS),
                5),
            new FencedLives(() -> incarnation++),
            new NoCheckpoints(),
            new FixedCodecs());
    for (int i = 0; i < count; i++) {
      executors.add(new Executor(i));
    }
  }

  private void round(long step) {
    for (Executor executor : executors) {
      executor.take(coordinator.onReport(executor.report(step), nowNs));
    }
    nowNs += BEAT_NS;
    coordinator.onTick(nowNs);
  }

  private void train() {
    round(-1);
    coordinator.place();
    round(-1);
    round(-1);
    executors.forEach(executor -> executor.joined = true);
    for (int i = 0; i < 12; i++) {
      round(-1);
    }
    if (coordinator.phase() != CoordinatorPhase.TRAINING) {
      throw new IllegalStateException(coordinator.phase() + ": " + coordinator.failure());
    }
  }

  private long reportNs(Executor executor, long step) {
    byte[] request = ControlCodec.encode(executor.report(step));
    long start = CPU.getCurrentThreadCpuTime();
    JobOrders orders =
        coordinator.onReport(ControlCodec.decode(request, ExecutorReport.class), nowNs);
    byte[] answer = ControlCodec.encode(new Orders(List.of(orders), 50));
    long spent = CPU.getCurrentThreadCpuTime() - start;
    if (answer.length == 0 || orders.over()) {
      throw new IllegalStateException("no orders: " + orders.reason());
    }
    return spent;
  }

  private void measure() {
    train();
    long step = 0;
    long reports = 0;
    long reportNs = 0;
    long ticks = 0;
    long tickNs = 0;
    for (long done = 0; done < WARM_REPORTS + REPORTS; done += executors.size(), step++) {
      boolean counts = done >= WARM_REPORTS;
      for (Executor executor : executors) {
        long spent = reportNs(executor, step);
        reportNs += counts ? spent : 0;
        reports += counts ? 1 : 0;
      }
      for (int i = 0; i < 12; i++) {
        nowNs += BEAT_NS / 12;
        long start = CPU.getCurrentThreadCpuTime();
        coordinator.onTick(nowNs);
        tickNs += counts ? CPU.getCurrentThreadCpuTime() - start : 0;
        ticks += counts ? 1 : 0;
      }
      coordinator.takeSteps();
      coordinator.takeWarnings();
    }
    System.out.printf(
        "%5d executors: %6.1f us a report, %8.2f ms a round of all, %7.3f ms a tick%n",
        executors.size(),
        reportNs / 1e3 / reports,
        reportNs / 1e6 / reports * executors.size(),
        tickNs / 1e6 / ticks);
  }

  /** Measures with these numbers of executors. */
  public static void main(String[] counts) {
    for (String count : counts) {
      new ReportsBenchmark(Integer.parseInt(count)).measure();
    }
  }
}
