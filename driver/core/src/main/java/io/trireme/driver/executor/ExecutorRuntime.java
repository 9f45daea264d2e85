package io.trireme.driver.executor;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.FailureReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Orders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.util.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an executor has of Trireme: reports to the coordinator again and again on a thread of its
 * own, and does what it is told. Outlives tasks, dies with the executor.
 */
final class ExecutorRuntime implements Agent, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRuntime.class);
  private static final long FIRST_BEAT_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long TURN_MS = 10;

  /** How long an executor that is to end waits for its workers to leave in good order. */
  private static final long LEAVE_NS = TimeUnit.SECONDS.toNanos(5);

  /** A driver that has not answered for so long is not waited for. */
  private static final long SILENT_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * Times the job's time-out. Training needs no driver, and one that was only frozen finds all as
   * it left it; that of a driver that is gone for good ends the process, as a rule, much earlier.
   */
  private static final int DRIVER_PATIENCE = 10;

  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String executor;
  private final String host;
  private final ControlClient driver;
  private final NanoClock clock;
  private final Map<String, ExecutorRun> runs = new ConcurrentHashMap<>();
  private final FailedOpenings failures = new FailedOpenings();
  private final Opener opener;
  private final Thread cleanUp = new Thread(this::endWithProcess, "trireme-clean-up");
  private @Nullable AgentRunner runner;
  private long nextBeatNs;
  private long beatNs = FIRST_BEAT_NS;
  private volatile long lastAnswerNs;
  private boolean answered = true;
  private volatile boolean ending;

  /** Opens a run on this executor. */
  interface Opener {
    /**
     * The executor's part of a run.
     *
     * @throws IOException if the driver does not tell of it
     */
    ExecutorRun open(ControlClient driver, String run, String host) throws IOException;
  }

  /** A runtime whose control thread is the caller's. */
  ExecutorRuntime(PluginContext context, Opener opener, NanoClock clock) {
    this.opener = opener;
    this.executor = context.executorID();
    // PluginContext.hostname() fails on executors, whose RPC environment listens nowhere.
    this.host = Utils.localHostName();
    this.driver = new ControlClient(context);
    this.clock = clock;
    this.nextBeatNs = clock.nanoTime();
    this.lastAnswerNs = nextBeatNs;
  }

  static ExecutorRuntime start(PluginContext context) {
    SharedMemory.sweep();
    ExecutorRuntime runtime =
        new ExecutorRuntime(context, ExecutorRun::open, SystemNanoClock.INSTANCE);
    Runtime.getRuntime().addShutdownHook(runtime.cleanUp);
    AgentRunner runner =
        new AgentRunner(
            new SleepingMillisIdleStrategy(TURN_MS),
            error -> LOG.error("control thread", error),
            null,
            runtime);
    runtime.runner = runner;
    AgentRunner.startOnThread(runner, Idling.threads(runtime.roleName()));
    return runtime;
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (now - nextBeatNs < 0) {
      return 0;
    }
    nextBeatNs = now + beatNs;
    Orders orders;
    try {
      orders = driver.report(report());
      lastAnswerNs = clock.nanoTime();
      answered = true;
      runs.values().forEach(ExecutorRun::acknowledge);
    } catch (IOException | RuntimeException e) {
      onSilence(now, e);
      return 1;
    }
    beatNs = TimeUnit.MILLISECONDS.toNanos(orders.beatMillis());
    nextBeatNs = now + beatNs;
    follow(orders);
    return 1;
  }

  private ExecutorReport report() {
    List<JobReport> jobs = new ArrayList<>();
    runs.values().forEach(local -> jobs.add(local.report()));
    failures.forEach(
        (run, why) ->
            jobs.add(
                new JobReport(
                    run, 0, List.of(), List.of(), CheckpointReport.NONE, List.of(), why)));
    return new ExecutorReport(executor, host, jobs);
  }

  private void follow(Orders orders) {
    for (JobOrders job : orders.jobs()) {
      ExecutorRun local = job.over() ? runs.get(job.run()) : openOf(job.run());
      if (local != null) {
        follow(local, job);
      }
    }
    Iterator<ExecutorRun> open = runs.values().iterator();
    while (open.hasNext()) {
      ExecutorRun local = open.next();
      boolean known = orders.jobs().stream().anyMatch(job -> job.run().equals(local.spec().run()));
      if (!known && local.isIdle()) {
        open.remove();
        local.close();
      } else if (!known) {
        local.end("the driver no longer knows this run");
      }
    }
    failures.keep(orders.jobs().stream().map(JobOrders::run).toList());
  }

  private void follow(ExecutorRun local, JobOrders job) {
    try {
      local.follow(job);
      // A run that was given up was reported as such with the report that is answered here.
      if ((job.over() || local.hasGivenUp()) && local.isIdle()) {
        runs.remove(job.run());
        local.close();
      }
    } catch (RuntimeException | Error e) {
      LOG.warn("run {}: orders could not be followed here", job.run(), e);
      String why = FailureReport.of(e).why();
      failures.note(job.run(), why, clock.nanoTime());
      local.giveUp("orders could not be followed: " + why);
    }
  }

  private @Nullable ExecutorRun openOf(String run) {
    ExecutorRun known = runs.get(run);
    if (known != null || ending || !failures.mayTry(run, clock.nanoTime())) {
      return known;
    }
    try {
      ExecutorRun opened = opener.open(driver, run, host);
      runs.put(run, opened);
      failures.opened(run);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      LOG.warn("run {} cannot be opened here for now", run, e);
      failures.note(run, FailureReport.of(e).why(), clock.nanoTime());
      return null;
    }
  }

  /**
   * A driver that does not answer for long is gone, and its runs with it: what they hold here is
   * let go of. If the driver comes back, it is told why they ended.
   */
  private void onSilence(long now, Exception e) {
    if (answered) {
      LOG.warn("the driver did not answer: {}", e.toString());
    }
    answered = false;
    LOG.debug("the driver did not answer", e);
    for (ExecutorRun local : runs.values()) {
      long limitS = (long) DRIVER_PATIENCE * local.spec().transport().timeoutSeconds();
      if (now - lastAnswerNs > TimeUnit.SECONDS.toNanos(limitS)) {
        local.giveUp(
            "the driver has not answered for "
                + TimeUnit.NANOSECONDS.toSeconds(now - lastAnswerNs)
                + " s, and this executor waits no longer than "
                + limitS
                + " s ("
                + DRIVER_PATIENCE
                + " times transport.timeoutSeconds): "
                + e.getMessage());
        if (local.isIdle()) {
          local.close();
        }
      }
    }
  }

  /** What this executor has of a run, once the control thread has opened it; null before. */
  @Nullable ExecutorRun run(String run) {
    return runs.get(run);
  }

  /** Why the run could not be opened here; null if it could, or was not tried yet. */
  @Nullable String failureOf(String run) {
    return failures.why(run);
  }

  @Override
  public String roleName() {
    return "trireme-control";
  }

  /**
   * Ends the control thread, so that no run opens any more, and closes those that are open. Also
   * looks for what executors that were killed left on this host: where none follows on it, nobody
   * else would.
   */
  private void stop() {
    SharedMemory.sweep();
    leave();
    closeAll();
  }

  private void closeAll() {
    CloseHelper.quietClose(runner);
    CloseHelper.quietCloseAll(runs.values());
    CloseHelper.quietClose(driver);
    SharedMemory.sweep();
  }

  /**
   * The process ends: what it had in shared memory goes, also where closing it went wrong. Whoever
   * asked it to end may kill it if that takes long, and nobody may come after it; so names go as
   * soon as the workers have left, before all that is slow. What is mapped stays until it is
   * closed.
   */
  private void endWithProcess() {
    SharedMemory.sweep();
    leave();
    ending = true;
    SharedMemory.removeOwn();
    closeAll();
    SharedMemory.removeOwn();
  }

  /**
   * Lets the workers here leave in good order, as long as the driver listens. Not where the driver
   * is in this process: it ends, too.
   */
  private void leave() {
    if (SparkContext$.MODULE$.DRIVER_IDENTIFIER().equals(executor)) {
      return;
    }
    runs.values().forEach(ExecutorRun::leave);
    long start = clock.nanoTime();
    while (clock.nanoTime() - start < LEAVE_NS
        && clock.nanoTime() - lastAnswerNs < SILENT_NS
        && runs.values().stream().anyMatch(ExecutorRun::hasMembers)) {
      LockSupport.parkNanos(LOOK_AGAIN_NS);
    }
  }

  @Override
  public void close() {
    stop();
    runs.clear();
    try {
      if (!Runtime.getRuntime().removeShutdownHook(cleanUp)) {
        LOG.debug("the clean-up hook had gone");
      }
    } catch (IllegalStateException e) {
      LOG.debug("the process is ending", e);
    }
  }
}
