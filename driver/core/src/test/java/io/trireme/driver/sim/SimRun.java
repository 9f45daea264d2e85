package io.trireme.driver.sim;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.StepRange;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.LinkKeys;
import io.trireme.driver.coordinator.CheckpointOptions;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorOptions;
import io.trireme.driver.coordinator.CoordinatorPhase;
import io.trireme.driver.coordinator.Deadlines;
import io.trireme.driver.coordinator.FencedLives;
import io.trireme.driver.coordinator.GlobalStep;
import io.trireme.driver.coordinator.NoCheckpoints;
import io.trireme.driver.coordinator.Recovery;
import io.trireme.driver.coordinator.ScheduledCheckpoints;
import java.util.ArrayList;
import java.util.List;

/** One run of the job under one coordinator, as the driver follows it. */
final class SimRun {

  private static final long MS = Scheduler.MS;
  private static final long LEASE_NS = 1500 * MS;

  /** A member that was frozen or cut off for this long may be given up, and no sooner. */
  static final long GIVEN_UP_NS = LEASE_NS - 500 * MS;

  private static final long TURN_NS = 20 * MS;
  private static final long QUIET_NS = 10_000 * MS;
  private static final long GATHER_NS = 3000 * MS;
  private static final Deadlines DEADLINES =
      new Deadlines(LEASE_NS, 1000 * MS, 20_000 * MS, 60_000 * MS);

  /** Steps in a row that may be no numbers; no job here has as many. */
  private static final int MAX_SKIPPED = 3;

  final String id;
  final LinkKeys keys;
  final long firstStep;
  final Coordinator coordinator;
  final CheckpointPlan checkpoints;
  final Copies copies;
  final Invariants invariants;

  private final SimDriver driver;
  private final Simulation simulation;
  private final Scenario scenario;
  private final Oracle oracle;
  private final long begunNs;
  private boolean placed;
  private boolean committing;
  private boolean dead;
  private boolean over;
  private long nextStep;
  private final List<Recovery> recoveries = new ArrayList<>();

  SimRun(int number, long firstStep, SimDriver driver, Simulation simulation) {
    id = "sim-" + number;
    byte[] secret = new byte[JobKey.LENGTH];
    secret[0] = (byte) number;
    secret[1] = (byte) (number >> Byte.SIZE);
    keys = simulation.parts.keys(new JobKey(secret));
    this.firstStep = firstStep;
    this.nextStep = firstStep;
    this.driver = driver;
    this.simulation = simulation;
    scenario = simulation.scenario;
    oracle = simulation.oracle;
    begunNs = simulation.scheduler.now();
    copies = new Copies(oracle, scenario.cluster().replicas() > 0);
    invariants = new Invariants(oracle, copies, scenario.staleness());
    StepRange steps = new StepRange(firstStep, oracle.steps);
    Parts parts = simulation.parts;
    checkpoints =
        parts.checkpoints(scenario.hasCheckpoints() ? scheduled(steps) : new NoCheckpoints());
    coordinator =
        new Coordinator(
            options(steps),
            parts.lives(new FencedLives(simulation::newIncarnation)),
            checkpoints,
            simulation.codecs);
  }

  private CheckpointPlan scheduled(StepRange steps) {
    return new ScheduledCheckpoints(
        new CheckpointOptions(
            scenario.everySteps(),
            scenario.everySteps() > 0 ? 0 : 400 * MS,
            oracle.plan.groups().size(),
            steps,
            0),
        begunNs);
  }

  private CoordinatorOptions options(StepRange steps) {
    return new CoordinatorOptions(
        id,
        scenario.cluster().minWorkers(),
        oracle.slots.slots(),
        new CoordinatorOptions.Servers(
            scenario.cluster().servers(),
            scenario.cluster().replicas(),
            oracle.plan.groups().stream().map(BlockGroup::length).toList()),
        steps,
        simulation.parts.deadlines(DEADLINES),
        oracle.skipsNonFinite() ? MAX_SKIPPED : 0);
  }

  boolean writesCheckpoints() {
    return scenario.hasCheckpoints();
  }

  SimSpark spark() {
    return driver.spark;
  }

  /** Whether its driver follows it. */
  boolean isCurrent() {
    return driver.isCurrent(this);
  }

  void start() {
    turn();
  }

  /** The driver is gone with all that it knew. */
  void die() {
    dead = true;
  }

  JobOrders onReport(ExecutorReport report) {
    return coordinator.onReport(report, simulation.scheduler.now());
  }

  private void turn() {
    if (dead) {
      return;
    }
    long now = simulation.scheduler.now();
    if (driver.host.frozenUntilNs > now) {
      simulation.scheduler.at(driver.host.frozenUntilNs, this::turn);
      return;
    }
    if (coordinator.phase() == CoordinatorPhase.FAILED) {
      if (!committing) {
        driver.failed(this);
        return;
      }
    } else if (!placed) {
      place(now);
    } else if (driver.spark.allDone() && hasLastCheckpoint(now)) {
      coordinator.finish();
      driver.finished();
      return;
    } else {
      coordinator.onTick(now);
    }
    commit();
    simulation.scheduler.at(now + TURN_NS, this::turn);
  }

  private void place(long now) {
    int known = coordinator.executors();
    if (known > 0 && (known >= driver.spark.executors.size() || now - begunNs > GATHER_NS)) {
      placed = true;
      coordinator.place();
      driver.spark.launchAll(this);
    }
  }

  private boolean hasLastCheckpoint(long now) {
    return !scenario.hasCheckpoints()
        || firstStep == oracle.steps
        || checkpoints.committed() == oracle.steps
        || (!committing && checkpoints.isQuiet(now, QUIET_NS));
  }

  private void commit() {
    if (committing) {
      return;
    }
    checkpoints.takeFailures();
    CheckpointPlan.Complete complete = checkpoints.takeComplete();
    if (complete == null) {
      return;
    }
    committing = true;
    boolean hangs = simulation.store.hangs();
    long takesNs = hangs ? simulation.store.hangsNs() : simulation.store.takesNs();
    simulation.scheduler.at(simulation.scheduler.now() + takesNs, () -> commit(complete, hangs));
  }

  private void commit(CheckpointPlan.Complete complete, boolean hung) {
    committing = false;
    if (dead) {
      return;
    }
    if (driver.host.frozenUntilNs > simulation.scheduler.now()) {
      committing = true;
      simulation.scheduler.at(driver.host.frozenUntilNs, () -> commit(complete, hung));
      return;
    }
    SimStore.End end = hung ? SimStore.End.FAILED : simulation.store.next();
    if (end != SimStore.End.FAILED) {
      simulation.store.commit(complete.step(), complete.files());
    }
    if (end == SimStore.End.WELL) {
      checkpoints.committed(complete.step());
    } else {
      checkpoints.failed(complete.step());
    }
  }

  /** Looks at everything after an event. */
  void look() {
    for (GlobalStep step : coordinator.takeSteps()) {
      if (step.step() < nextStep) {
        throw new InvariantBroken(
            Invariant.STEPS_ARE_TOLD_ONCE, "step " + step.step() + " was told twice");
      }
      nextStep = step.step() + 1;
    }
    recoveries.addAll(coordinator.takeRecoveries());
    long now = simulation.scheduler.now();
    long committed = checkpoints.committed();
    invariants.after(coordinator, nextStep, committed, now);
    if (scenario.hasCheckpoints() && committed > firstStep) {
      simulation.store.checkCommitted(committed);
    }
    if (!over && coordinator.phase() == CoordinatorPhase.FAILED) {
      over = true;
      checkFailure(now);
    }
  }

  /** A run may end only since all that had some group is lost. */
  private void checkFailure(long now) {
    if (!coordinator.isLost()) {
      throw new InvariantBroken(
          Invariant.NO_RUN_FAILS_NEEDLESSLY, "the run failed: " + coordinator.failure());
    }
    if (scenario.faults().sparesServers() || !copies.isLost(now)) {
      throw new InvariantBroken(
          Invariant.NO_STATE_IS_LOST_NEEDLESSLY, coordinator.failure() + ", but" + copies);
    }
  }

  int generations() {
    Membership last = coordinator.membership();
    return last == null ? 0 : last.generation();
  }

  List<Recovery> recoveries() {
    return recoveries;
  }
}
