package io.trireme.driver.sim;

import static java.util.Objects.requireNonNull;

import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.driver.coordinator.CodecPolicy;
import io.trireme.driver.coordinator.FixedCodecs;
import io.trireme.driver.coordinator.Recovery;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One job from its start to its end, with all faults that its seed stands for. */
final class Simulation {

  private static final long MS = Scheduler.MS;
  private static final long LIMIT_NS = 600_000 * MS;
  private static final int FRUITLESS_RUNS = 20;

  /** How a run ended. */
  record Outcome(
      @Nullable String failure,
      long virtualNs,
      int restarts,
      int generations,
      int recoveries,
      int left,
      double residualLost,
      int runs,
      int checkpoints) {}

  final Scheduler scheduler;
  final SimNetwork network;
  final SimSpark spark;
  final Oracle oracle;
  final SimStore store;
  private final Scenario scenario;
  private final CompressionPlan compression;

  /** Chooses codecs while the job runs. */
  final CodecPolicy codecs;

  /** What coordinator, servers and workers are made of. */
  final Parts parts;

  private final SplittableRandom random;
  final Host driver = new Host("driver");
  private @Nullable SimRun current;
  private @Nullable String failure;
  private boolean over;
  private long nextIncarnation = 1;
  private int runs;
  private int restarts;
  private int generations;
  private int recoveries;
  private int left;
  private double residualLost;
  private int fruitless;
  private long begunWith;

  Simulation(Scenario scenario) {
    this(scenario, CompressionPlan.plain(scenario.oracle().plan));
  }

  /** A job that has other parts than real ones. */
  Simulation(Scenario scenario, Parts parts) {
    this(scenario, CompressionPlan.plain(scenario.oracle().plan), new FixedCodecs(), parts);
  }

  /** A job whose blocks travel so. */
  Simulation(Scenario scenario, CompressionPlan compression) {
    this(scenario, compression, new FixedCodecs());
  }

  /** A run whose codecs are chosen while it runs. */
  Simulation(Scenario scenario, CompressionPlan compression, CodecPolicy codecs) {
    this(scenario, compression, codecs, Parts.REAL);
  }

  private Simulation(
      Scenario scenario, CompressionPlan compression, CodecPolicy codecs, Parts parts) {
    this.parts = parts;
    this.compression = compression;
    this.codecs = codecs;
    this.scenario = scenario;
    this.oracle = scenario.oracle();
    this.random = new SplittableRandom(scenario.seed());
    this.scheduler = new Scheduler(random.split());
    this.network = new SimNetwork(scheduler, random.split());
    this.spark = new SimSpark(this, random.split(), scenario);
    this.store = new SimStore(oracle);
  }

  /** What is wrong with the jobs of a seed; null if nothing is. */
  static @Nullable String verdict(long seed) {
    return verdict(seed, Parts.REAL, unused -> true);
  }

  /**
   * What is wrong with the jobs of a seed that have these parts; null if nothing is.
   *
   * @param asked tells whether a fault that was found is one that is looked for
   */
  static @Nullable String verdict(long seed, Parts parts, Predicate<String> asked) {
    for (Scenario.Family family : Scenario.Family.values()) {
      String found = verdict(family, seed, parts);
      if (found != null && asked.test(found)) {
        return family + ": " + found;
      }
    }
    return null;
  }

  private static @Nullable String verdict(Scenario.Family family, long seed, Parts parts) {
    try {
      String failure = new Simulation(family.of(seed), parts).run().failure();
      return failure == null ? null : "failed: " + failure;
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** How far workers may be ahead of each other; negative where every step waits for all. */
  long staleness() {
    return scenario.staleness();
  }

  /** How blocks travel. */
  CompressionPlan compression() {
    return compression;
  }

  /** Whether the file system fails this time. */
  boolean fails() {
    return random.nextInt(10) == 0;
  }

  /** The run that the driver follows; null if there is none now. */
  @Nullable SimRun current() {
    return current;
  }

  /** Whether the job has ended. */
  boolean isOver() {
    return over;
  }

  boolean isCurrent(SimRun run) {
    return run == current && !over;
  }

  /** The run with this name, if the driver still knows it. */
  @Nullable SimRun runOf(String id) {
    SimRun run = current;
    return run != null && run.id.equals(id) ? run : null;
  }

  long newIncarnation() {
    return nextIncarnation++;
  }

  /** How long a worker computes one node. */
  long computeNs(int worker) {
    return (5 + random.nextLong(worker == 0 ? 80 : 50)) * MS;
  }

  /** A request from an executor to the driver. */
  void control(SimExecutor from, Runnable arrives) {
    if (random.nextInt(100) >= scenario.faults().lostControl()) {
      scheduler.within(
          0,
          5 * MS,
          () -> {
            if (!network.isCut(from.host, driver) && from.host.alive) {
              arrives.run();
            }
          });
    }
  }

  /** An answer from the driver to an executor. */
  void answer(SimExecutor to, Runnable arrives) {
    if (random.nextInt(100) >= scenario.faults().lostControl()) {
      scheduler.within(
          0,
          5 * MS,
          () -> {
            if (!network.isCut(driver, to.host)) {
              arrives.run();
            }
          });
    }
  }

  /** The driver's answer to a report; null if it does not answer. */
  @Nullable List<JobOrders> report(SimExecutor from, ExecutorReport report) {
    SimRun run = current;
    if (from.application != spark.application() || run == null) {
      return null;
    }
    return List.of(run.onReport(report));
  }

  void executorLost(SimExecutor executor) {
    SimRun run = current;
    if (run != null && random.nextInt(4) > 0) {
      run.coordinator.onExecutorLost(executor.host.name, "killed", scheduler.now());
    }
  }

  Outcome run() {
    startDriver();
    scheduler.within(600 * MS, 1500 * MS, new FaultInjector(this, scenario, random)::fault);
    boolean ended = scheduler.run(() -> over, LIMIT_NS, this::look);
    if (!ended) {
      throw new InvariantBroken(
          "not over after "
              + LIMIT_NS / MS
              + " ms"
              + (current == null ? "" : ", in phase " + current.coordinator.phase()));
    }
    return new Outcome(
        failure,
        scheduler.now(),
        restarts,
        generations,
        recoveries,
        left,
        residualLost,
        runs,
        store.commits);
  }

  private void startDriver() {
    spark.startApplication();
    scheduler.at(scheduler.now() + 500 * MS, this::startRun);
  }

  /** A run begins with the newest checkpoint, or from the start. */
  private void startRun() {
    long first = store.newest();
    fruitless = first > begunWith ? 0 : fruitless + 1;
    begunWith = first;
    SimRun run = new SimRun(runs++, first, scenario, this);
    current = run;
    run.start();
  }

  private void look() {
    SimRun run = current;
    if (run != null) {
      run.look();
    }
  }

  private void leave(SimRun run) {
    restarts += run.coordinator.restarts();
    generations += run.generations();
    recoveries += run.recoveries().size();
    for (Recovery recovery : run.recoveries()) {
      left += recovery.left();
      residualLost += recovery.residualNorm();
    }
    run.die();
  }

  /** The driver has the results of a run. */
  void finished() {
    leave(requireNonNull(current));
    over = true;
  }

  /**
   * A run cannot go on: the driver begins another with the newest checkpoint, or, having none to go
   * back to, ends, and is started anew.
   */
  void failed(SimRun run) {
    leave(run);
    if (!run.coordinator.isLost() || !scenario.hasCheckpoints() || fruitless > FRUITLESS_RUNS) {
      failure = run.coordinator.failure();
      over = true;
    } else if (store.newest() > 0) {
      startRun();
    } else {
      restartDriver();
    }
  }

  /** The driver's process dies, if it follows a run, and is started anew. */
  void crashDriver() {
    if (current != null) {
      leave(current);
      restartDriver();
    }
  }

  private void restartDriver() {
    current = null;
    spark.endApplication();
    scheduler.within(200 * MS, 2000 * MS, this::startDriver);
  }

  /** Whether a host and the driver cannot talk. */
  boolean isCutOff(Host host) {
    return network.isCut(host, driver) || network.isCut(driver, host);
  }
}
