package io.trireme.driver.protocol;

import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.JobOrders;
import io.trireme.common.control.JobReport;
import io.trireme.common.control.Membership;
import io.trireme.common.control.ServerMember;
import io.trireme.common.control.ServerReport;
import io.trireme.common.control.StepReport;
import io.trireme.common.control.WorkerMember;
import io.trireme.common.control.WorkerReport;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single owner of one run's membership, placement and completion. Executors report what is so,
 * and are told what should be so; either may be repeated or lost without harm. Driven by one thread
 * at a time.
 */
public final class Coordinator {

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private final CoordinatorOptions options;
  private final Map<String, ExecutorView> executors = new TreeMap<>();
  private final Map<Integer, WorkerReport> workers = new TreeMap<>();
  private final Map<Integer, ServerReport> servers = new TreeMap<>();
  private final StepLedger steps;
  private Phase phase = Phase.GATHERING;
  private @Nullable Membership membership;
  private @Nullable String failure;
  private long stalledSinceNs;
  private boolean stalled;

  /** A coordinator of a run that has not begun. */
  public Coordinator(CoordinatorOptions options) {
    this.options = options;
    this.steps = new StepLedger(options.workers());
  }

  /** Takes an executor's report and answers with its orders. */
  public JobOrders onReport(ExecutorReport report, long nowNs) {
    ExecutorView executor =
        executors.computeIfAbsent(report.executor(), id -> new ExecutorView(id, report.host()));
    executor.lastHeardNs = nowNs;
    for (JobReport job : report.jobs()) {
      if (job.run().equals(options.run()) && !phase.isOver()) {
        executor.report = job;
        onJobReport(executor, job, nowNs);
      }
    }
    return new JobOrders(options.run(), executor.servers, membership, phase.isOver(), failure);
  }

  private void onJobReport(ExecutorView executor, JobReport job, long nowNs) {
    String reason = job.failure();
    if (reason != null) {
      fail(executor + ": " + reason);
      return;
    }
    for (ServerReport server : job.servers()) {
      if (server.failure() != null) {
        fail("server " + server.index() + " (" + executor + "): " + server.failure());
        return;
      }
      servers.put(server.index(), server);
    }
    for (WorkerReport worker : job.workers()) {
      if (worker.failure() != null) {
        fail("worker " + worker.index() + " (" + executor + "): " + worker.failure());
        return;
      }
      if (isOutsider(worker)) {
        fail(
            "worker "
                + worker.index()
                + " ("
                + executor
                + ") came back as another life, but the run goes on with its first one only; see"
                + " the executors' logs for why that one ended");
        return;
      }
      workers.put(worker.index(), worker);
      for (StepReport step : worker.steps()) {
        if (!Double.isFinite(step.scoreSum())) {
          fail(diverged(worker.index(), step));
          return;
        }
        if (steps.note(worker.index(), step)) {
          stalled = false;
        }
      }
    }
    advance(nowNs);
  }

  /** Whether it is a life of a worker that is no member of the generation. */
  private boolean isOutsider(WorkerReport worker) {
    Membership members = membership;
    Peer life = Peer.worker(worker.index(), worker.incarnation());
    return members != null
        && members.workers().stream().noneMatch(member -> member.peer().equals(life));
  }

  private static String diverged(int worker, StepReport step) {
    return "the loss of worker "
        + worker
        + " at step "
        + step.step()
        + " is no finite number: training has diverged; lower the learning rate, warm it up, or clip the gradient"
        + " (optimizer.clipGlobalNorm)";
  }

  private void advance(long nowNs) {
    if (phase == Phase.PLACING
        && servers.size() == options.servers()
        && servers.values().stream().allMatch(ServerReport::ready)) {
      become(Phase.JOINING, "all " + options.servers() + " servers are ready");
    }
    if (phase == Phase.JOINING && workers.size() == options.workers()) {
      membership = firstGeneration();
      become(Phase.TRAINING, "all " + options.workers() + " workers have joined");
    }
    if (phase == Phase.TRAINING && workers.values().stream().allMatch(WorkerReport::finished)) {
      become(Phase.FINISHED, "every worker has the parameters after step " + options.lastStep());
    }
  }

  private Membership firstGeneration() {
    List<WorkerMember> workerMembers = new ArrayList<>();
    for (WorkerReport worker : workers.values()) {
      int index = worker.index();
      workerMembers.add(
          new WorkerMember(
              Peer.worker(index, worker.incarnation()),
              worker.endpoint(),
              share(options.slots(), index, options.workers()),
              share(options.slots(), index + 1, options.workers())));
    }
    List<ServerMember> serverMembers = new ArrayList<>();
    for (ServerReport server : servers.values()) {
      if (server.endpoint() == null) {
        throw new IllegalStateException(
            "server " + server.index() + " is ready without an endpoint");
      }
      serverMembers.add(
          new ServerMember(
              Peer.server(server.index(), server.incarnation()),
              server.endpoint(),
              options.serverGroups().get(server.index()),
              options.serverGroups().get(server.index() + 1)));
    }
    return new Membership(1, workerMembers, serverMembers);
  }

  private static int share(int slots, int index, int workers) {
    return (int) ((long) slots * index / workers);
  }

  /** Gives the servers out over the executors that are there, in turn. */
  public void place() {
    if (executors.isEmpty()) {
      throw new IllegalStateException("no executor has reported yet");
    }
    become(Phase.PLACING, "executors " + executors.values());
    List<ExecutorView> hosts = new ArrayList<>(executors.values());
    for (int server = 0; server < options.servers(); server++) {
      hosts.get(server % hosts.size()).servers.add(server);
    }
  }

  /** Number of executors that have reported and were not lost. */
  public int executors() {
    return executors.size();
  }

  /** Looks for executors that have been silent too long, and for a run in which everybody waits. */
  public void onTick(long nowNs) {
    if (phase.isOver() || phase == Phase.GATHERING) {
      return;
    }
    for (ExecutorView executor : executors.values()) {
      long silentNs = nowNs - executor.lastHeardNs;
      if (silentNs > options.leaseNs() && !executor.duties().equals("nothing")) {
        fail(
            executor
                + " was silent for "
                + TimeUnit.NANOSECONDS.toSeconds(silentNs)
                + " s; it had "
                + executor.duties()
                + ". See that executor's log; a longer transport.timeoutSeconds waits longer");
        return;
      }
    }
    lookForStall(nowNs);
  }

  private void lookForStall(long nowNs) {
    boolean waiting =
        phase == Phase.TRAINING
            && workers.values().stream().allMatch(worker -> worker.waiting() || worker.finished());
    if (!waiting || !stalled) {
      stalled = waiting;
      stalledSinceNs = nowNs;
      return;
    }
    if (nowNs - stalledSinceNs > options.stallNs()) {
      StringBuilder who = new StringBuilder();
      workers.values().forEach(worker -> who.append("; ").append(worker.waitsFor()));
      servers
          .values()
          .forEach(
              server ->
                  who.append("; ")
                      .append(server.waitsFor())
                      .append(", dropped ")
                      .append(server.dropped()));
      fail(
          "nothing moved for "
              + TimeUnit.NANOSECONDS.toSeconds(nowNs - stalledSinceNs)
              + " s"
              + who);
    }
  }

  /** Notes that Spark has given an executor up. */
  public void onExecutorLost(String executorId, String why) {
    ExecutorView executor = executors.remove(executorId);
    if (executor != null && !phase.isOver() && !executor.duties().equals("nothing")) {
      fail(executor + " was lost (" + why + "); it had " + executor.duties());
    }
  }

  /** Ends the run; the first reason stands. */
  public void fail(String reason) {
    if (!phase.isOver()) {
      failure = reason;
      become(Phase.FAILED, reason);
    }
  }

  private void become(Phase next, String why) {
    if (!phase.mayBecome(next)) {
      throw new IllegalStateException(
          "run " + options.run() + " cannot go from " + phase + " to " + next);
    }
    LOG.info("run {}: {} -> {}: {}", options.run(), phase, next, why);
    phase = next;
  }

  /** Where the run stands. */
  public Phase phase() {
    return phase;
  }

  /** Why the run failed; null if it did not. */
  public @Nullable String failure() {
    return failure;
  }

  /** The steps that every worker has reported since the last call, in order. */
  public List<GlobalStep> takeSteps() {
    return steps.take();
  }

  /** Messages that servers dropped, by reason. */
  public Map<Rejection, Long> dropped() {
    Map<Rejection, Long> sum = new EnumMap<>(Rejection.class);
    for (ServerReport server : servers.values()) {
      server.dropped().forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    }
    return sum;
  }
}
