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
import io.trireme.driver.coordinator.NoCheckpoints;
import io.trireme.driver.coordinator.Recovery;
import io.trireme.driver.coordinator.ScheduledCheckpoints;
import java.util.ArrayList;
import java.util.List;

/** One run of the job under one coordinator, as the driver follows it. */
final class SimRun {

  private static final long MS = Scheduler.MS;
  private static final long TURN_NS = 20 * MS;
  private static final long QUIET_NS = 10_000 * MS;
  private static final long GATHER_NS = 3000 * MS;
  private static final Deadlines DEADLINES =
      new Deadlines(1500 * MS, 1000 * MS, 20_000 * MS, 60_000 * MS);

  final String id;
  final LinkKeys keys;
  final long firstStep;
  final Coordinator coordinator;
  final CheckpointPlan checkpoints;
  final Invariants invariants;

  /** Since when all train undisturbed, or until when not. */
  long calmSinceNs;

  private final Simulation simulation;
  private final Scenario scenario;
  private final Oracle oracle;
  private final long begunNs;
  private boolean placed;
  private boolean committing;
  private boolean dead;
  private long nextStep;
  private final List<Recovery> recoveries = new ArrayList<>();

  SimRun(int number, long firstStep, Scenario scenario, Simulation simulation) {
    id = "sim-" + number;
    byte[] secret = new byte[JobKey.LENGTH];
    secret[0] = (byte) number;
    keys = simulation.parts.keys(new JobKey(secret));
    this.firstStep = firstStep;
    this.nextStep = firstStep;
    this.scenario = scenario;
    this.simulation = simulation;
    this.oracle = simulation.oracle;
    begunNs = simulation.scheduler.now();
    invariants = new Invariants(oracle, scenario.staleness());
    StepRange steps = new StepRange(firstStep, oracle.steps);
    Parts parts = simulation.parts;
    checkpoints =
        scenario.hasCheckpoints()
            ? new ScheduledCheckpoints(
                new CheckpointOptions(
                    scenario.everySteps(),
                    scenario.everySteps() > 0 ? 0 : 400 * MS,
                    oracle.plan.groups().size(),
                    steps,
                    0),
                begunNs)
            : new NoCheckpoints();
    coordinator =
        new Coordinator(
            new CoordinatorOptions(
                id,
                scenario.cluster().minWorkers(),
                oracle.slots.slots(),
                new CoordinatorOptions.Servers(
                    scenario.cluster().servers(),
                    scenario.cluster().replicas(),
                    oracle.plan.groups().stream().map(BlockGroup::length).toList()),
                steps,
                parts.deadlines(DEADLINES),
                0),
            parts.lives(new FencedLives(simulation::newIncarnation)),
            parts.checkpoints(checkpoints),
            simulation.codecs);
  }

  boolean writesCheckpoints() {
    return scenario.hasCheckpoints();
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
    if (coordinator.phase() == CoordinatorPhase.FAILED) {
      if (!committing) {
        simulation.failed(this);
        return;
      }
    } else if (!placed) {
      place(now);
    } else if (simulation.spark.allDone() && hasLastCheckpoint(now)) {
      coordinator.finish();
      simulation.finished();
      return;
    } else {
      coordinator.onTick(now);
    }
    commit();
    simulation.scheduler.at(now + TURN_NS, this::turn);
  }

  private void place(long now) {
    int known = coordinator.executors();
    if (known > 0 && (known >= simulation.spark.executors.size() || now - begunNs > GATHER_NS)) {
      placed = true;
      coordinator.place();
      simulation.spark.launchAll(this);
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
    simulation.scheduler.within(
        10 * MS,
        300 * MS,
        () -> {
          committing = false;
          if (dead) {
            return;
          }
          if (simulation.fails()) {
            checkpoints.failed(complete.step());
          } else {
            simulation.store.commit(complete.step(), complete.files());
            checkpoints.committed(complete.step());
          }
        });
  }

  /** Looks at everything after an event. */
  void look() {
    coordinator
        .takeSteps()
        .forEach(
            step -> {
              if (step.step() < nextStep) {
                throw new InvariantBroken("step " + step.step() + " was told twice");
              }
              nextStep = step.step() + 1;
            });
    recoveries.addAll(coordinator.takeRecoveries());
    long now = simulation.scheduler.now();
    if (coordinator.phase() != CoordinatorPhase.TRAINING) {
      calmSinceNs = now;
    }
    invariants.after(coordinator, nextStep, checkpoints.committed(), now);
  }

  int generations() {
    Membership last = coordinator.membership();
    return last == null ? 0 : last.generation();
  }

  List<Recovery> recoveries() {
    return recoveries;
  }
}
