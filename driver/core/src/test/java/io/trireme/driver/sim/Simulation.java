package io.trireme.driver.sim;

import io.trireme.driver.coordinator.CodecPolicy;
import io.trireme.driver.coordinator.FixedCodecs;
import io.trireme.driver.coordinator.Recovery;
import io.trireme.kernels.compression.CompressionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One job from its start to its end, with all faults that its seed stands for. */
final class Simulation {

  private static final long MS = Scheduler.MS;
  private static final long LIMIT_NS = 1_200_000 * MS;

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
      int checkpoints,
      int exposed) {}

  final Scenario scenario;
  final Scheduler scheduler;

  /** Every life of a worker that there was. */
  final List<SimWorker> workers = new ArrayList<>();

  final SimNetwork network;
  final Oracle oracle;
  final SimStore store;
  private final CompressionPlan compression;

  /** Chooses codecs while the job runs. */
  final CodecPolicy codecs;

  /** What coordinator, servers and workers are made of. */
  final Parts parts;

  private final SplittableRandom random;
  private SimDriver driver;
  private @Nullable String failure;
  private boolean over;
  private long nextIncarnation = 1;
  private int nextExecutor;
  private int drivers;
  private int runs;
  private int restarts;
  private int generations;
  private int recoveries;
  private int exposed;
  private int left;
  private double residualLost;

  Simulation(Scenario scenario) {
    this(scenario, scenario.compression());
  }

  /** A job that has other parts than real ones. */
  Simulation(Scenario scenario, Parts parts) {
    this(scenario, scenario.compression(), new FixedCodecs(), parts);
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
    this.store = new SimStore(oracle, random.split());
    this.driver = new SimDriver(drivers++, this);
  }

  /** How far workers may be ahead of each other; negative where every step waits for all. */
  long staleness() {
    return scenario.staleness();
  }

  /** How blocks travel. */
  CompressionPlan compression() {
    return compression;
  }

  /** The driver that was started last. */
  SimDriver driver() {
    return driver;
  }

  /** Whether the job has ended. */
  boolean isOver() {
    return over;
  }

  long newIncarnation() {
    return nextIncarnation++;
  }

  int newExecutor() {
    return nextExecutor++;
  }

  SplittableRandom newRandom() {
    return random.split();
  }

  /** A run of a driver, with the newest checkpoint. */
  SimRun newRun(SimDriver of) {
    if (runs > 0) {
      oracle.forgetAfter(store.newest());
    }
    return new SimRun(runs++, store.newest(), of, this);
  }

  /** How long a worker computes one node. */
  long computeNs(int worker) {
    return (5 + random.nextLong(worker == 0 ? 80 : 50)) * MS;
  }

  /** Whether a message between an executor and the driver gets lost. */
  boolean losesControl() {
    return random.nextInt(100) < scenario.faults().lostControl();
  }

  /** Whether Spark tells the driver of the loss of an executor. */
  boolean tellsOfLoss() {
    return random.nextInt(4) > 0;
  }

  Outcome run() {
    driver.start();
    scheduler.within(600 * MS, 1500 * MS, new FaultInjector(this, random)::fault);
    boolean ended = scheduler.run(() -> over, LIMIT_NS, this::look);
    if (!ended) {
      SimRun run = driver.current();
      throw new InvariantBroken(
          Invariant.JOBS_END,
          "not over after "
              + LIMIT_NS / MS
              + " ms"
              + (run == null ? "" : ", in phase " + run.coordinator.phase()));
    }
    if (scenario.faults().isNone() && (restarts > 0 || runs > 1)) {
      throw new InvariantBroken(
          Invariant.NO_LIFE_IS_LOST_NEEDLESSLY,
          restarts + " lives were lost in " + runs + " runs, and nothing was broken");
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
        store.commits,
        exposed);
  }

  private void look() {
    driver.look();
  }

  /** A driver is started after the one before. */
  void startDriver() {
    if (!over) {
      driver = new SimDriver(drivers++, this);
      driver.start();
    }
  }

  /** The job has ended; well, if there is no failure. */
  void end(@Nullable String why) {
    failure = why;
    over = true;
  }

  /** Adds up what happened in a run that is over. */
  void count(SimRun run) {
    restarts += run.coordinator.restarts();
    generations += run.generations();
    exposed += run.copies.exposed();
    recoveries += run.recoveries().size();
    for (Recovery recovery : run.recoveries()) {
      left += recovery.left();
      residualLost += recovery.residualNorm();
    }
  }
}
