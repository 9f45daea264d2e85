package io.trireme.driver.run;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.DataCursor;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.spark.CoordinatorGuard;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Commits checkpoints whose shards are there, on a thread of its own, and prunes old ones. Called
 * by the thread that follows the run.
 */
final class Checkpointer implements CheckpointCommits {

  /** Which of a manifest's notes says what of the engines decided the bits of gradients. */
  static final String ENGINE_NOTE = "engine";

  private static final long CLOSE_S = 10;

  private final TrainingPlan plan;
  private final CheckpointConfig config;
  private final CheckpointSpec spec;
  private final CheckpointFolder folder;
  private final Lease lease;
  private final String dataset;
  private final String engine;
  private final TrainingListener listener;
  private final NanoClock clock;
  private final EpochClock time;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread committing = new Thread(task, "trireme-commit");
            committing.setDaemon(true);
            return committing;
          });

  /** Older runs' steps that are not to be relied on, until they are committed anew. */
  private final Set<Long> damaged;

  private @Nullable Pending pending;

  private record Pending(
      long step, long lengthBytes, long startNs, Future<@Nullable IOException> pruned) {}

  /**
   * A checkpointer of one run.
   *
   * @param dataset fingerprint of the training set
   * @param engine what of the engines decides the bits of gradients; empty if nothing
   * @param damaged steps in the folder that were found damaged
   */
  Checkpointer(
      TrainingPlan plan,
      CheckpointConfig config,
      CheckpointSpec spec,
      CheckpointFolder folder,
      Lease lease,
      String dataset,
      String engine,
      Set<Long> damaged,
      TrainingListener listener,
      NanoClock clock,
      EpochClock time) {
    this.plan = plan;
    this.config = config;
    this.spec = spec;
    this.folder = folder;
    this.lease = lease;
    this.dataset = dataset;
    this.engine = engine;
    this.damaged = new HashSet<>(damaged);
    this.listener = listener;
    this.clock = clock;
    this.time = time;
  }

  /** The step of the newest committed checkpoint; past every step where none are written. */
  static long committed(CoordinatorGuard run) {
    return run.ask(coordinator -> coordinator.checkpoints().committed());
  }

  @Override
  public boolean areWritten() {
    return true;
  }

  @Override
  public void turn(CoordinatorGuard run) throws InterruptedException {
    Pending committing = pending;
    if (committing != null && committing.pruned().isDone()) {
      pending = null;
      end(run, committing);
    }
    List<String> failures = run.ask(known -> known.checkpoints().takeFailures());
    failures.forEach(failure -> listener.warning("checkpoint not written: " + failure));
    if (pending == null) {
      CheckpointPlan.Complete complete = run.ask(known -> known.checkpoints().takeComplete());
      if (complete != null) {
        Manifest manifest = manifest(complete);
        pending =
            new Pending(
                complete.step(),
                manifest.lengthBytes(),
                clock.nanoTime(),
                thread.submit(() -> commit(manifest)));
      }
    }
  }

  @Override
  public boolean isIdle() {
    return pending == null;
  }

  private void end(CoordinatorGuard run, Pending committing) throws InterruptedException {
    long step = committing.step();
    try {
      IOException prune = committing.pruned().get();
      accept(run, step, true);
      double seconds = (clock.nanoTime() - committing.startNs()) / 1e9;
      listener.checkpoint(step, committing.lengthBytes(), seconds);
      if (prune != null) {
        listener.warning("old checkpoints could not be deleted: " + prune.getMessage());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LeaseLostException lost) {
        throw new TrainingFailedException(String.valueOf(lost.getMessage()), lost);
      }
      accept(run, step, false);
      listener.warning("the checkpoint of step " + step + " was not committed: " + e.getCause());
    }
  }

  private static void accept(CoordinatorGuard run, long step, boolean committed) {
    run.tell(
        known -> {
          if (committed) {
            known.checkpoints().committed(step);
          } else {
            known.checkpoints().failed(step);
          }
        });
  }

  /** Commits, then prunes; what kept it from pruning is no failure. */
  private @Nullable IOException commit(Manifest manifest) throws IOException {
    lease.ensure();
    folder.commit(manifest);
    damaged.remove(manifest.step());
    // The commit may have taken long: what another driver relies on by now is not to be pruned.
    lease.ensure();
    try {
      folder.prune(config.keep(), Check.MANIFEST, damaged, lease::ensure);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private Manifest manifest(CheckpointPlan.Complete complete) {
    JobSpec job = plan.spec();
    long step = complete.step();
    var json = Fingerprints.json(plan.job());
    return new Manifest(
        Manifest.FORMAT_VERSION,
        spec.job(),
        spec.attempt(),
        step,
        time.time(),
        new DataCursor(job.slots().epochOf(step), job.slots().firstOfStep(step), dataset),
        Map.of("job", job.seed()),
        Fingerprints.ofLayout(job.layout(), job.plan()),
        Fingerprints.of(json),
        json,
        job.computation().modelJson(),
        notes(job.run()),
        Manifest.groupsOf(job.plan()),
        complete.files());
  }

  private Map<String, String> notes(String run) {
    Map<String, String> notes = new HashMap<>();
    notes.put("run", run);
    notes.put("lease", String.valueOf(lease.token()));
    if (!engine.isEmpty()) {
      notes.put(ENGINE_NOTE, engine);
    }
    return notes;
  }

  @Override
  public void close() {
    thread.shutdown();
    // The commit goes on though this thread was interrupted before, and the lease outlives it.
    boolean interrupted = Thread.interrupted();
    try {
      if (!thread.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
        listener.warning("a checkpoint's commit did not end in " + CLOSE_S + " s");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
