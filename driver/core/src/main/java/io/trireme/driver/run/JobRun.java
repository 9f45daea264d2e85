package io.trireme.driver.run;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.report.MetricsLog;
import io.trireme.driver.report.ResultFile;
import io.trireme.driver.run.ResumeMode.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.conf.Configuration;

/**
 * A run with all that belongs to its job: the run folder and its files, the lease, where the run
 * begins, and what a failed one leaves. The command line and programs run jobs through here.
 */
public final class JobRun {

  /** What trains, once the job is this driver's. */
  @FunctionalInterface
  public interface Trainer {
    /**
     * Runs the job to its end and writes its model.
     *
     * @param listener is to be told of everything on the calling thread, or on one other thread
     *     with a happens-before edge to the return; {@link TrainingPhase#TRAINING} before the first
     *     step
     * @throws PreflightException before the first step, with all that is in the way
     * @throws io.trireme.driver.api.result.TrainingFailedException if the run fails later
     */
    RunResult train(RunContext context, TrainingListener listener);
  }

  private final JobConfig job;
  private final Configuration hadoop;
  private final ResumeMode mode;
  private final boolean overwrite;
  private final RunFolder folder;
  private final RunNotices notices;
  private final LongSupplier nanoTime;

  /**
   * A run that has not begun; nothing is made yet.
   *
   * @param mode where it begins
   * @param overwrite whether what an earlier run of the job left may be deleted; then {@code auto}
   *     begins anew
   * @param nanoTime the clock, as {@link System#nanoTime}
   * @throws PreflightException if the run folder cannot be reached
   */
  public JobRun(
      JobConfig job,
      Configuration hadoop,
      ResumeMode mode,
      boolean overwrite,
      RunNotices notices,
      LongSupplier nanoTime) {
    this.job = job;
    this.hadoop = hadoop;
    this.mode = overwrite && mode.kind() == Kind.AUTO ? ResumeMode.of("never") : mode;
    this.overwrite = overwrite;
    this.folder = RunFolder.of(job, hadoop);
    this.notices = notices;
    this.nanoTime = nanoTime;
  }

  /** Where the run's files are. */
  public RunFolder folder() {
    return folder;
  }

  /**
   * Whether the job is to go on from where it is, and there is nothing left to do.
   *
   * @throws PreflightException if the job has changed since
   */
  public boolean isFinished() throws IOException {
    if (mode.kind() != Kind.AUTO
        || !ResultFile.holdsSuccess(folder.fileSystem(), folder.result())) {
      return false;
    }
    Manifest last = Resumption.lastOf(folder);
    if (last == null) {
      ResultFile.refuseOther(folder.fileSystem(), folder.result(), job);
      return true;
    }
    Resumption.refuseChanges(last, job, last.layoutFingerprint(), "");
    return last.config().path("epochs").asInt() >= job.epochs();
  }

  /**
   * What the run would be told; nothing is claimed, written or deleted.
   *
   * @throws PreflightException if it could not begin
   */
  public RunContext rehearsal() throws IOException {
    return new RunContext(start(), Lease.NONE, new StopSwitch());
  }

  /**
   * Runs the job.
   *
   * @param interrupted whether the process is ending, so that a failure is no reason of its own
   * @param listeners are told how it goes
   * @return its result, which the run folder holds too; empty if the driver that was waited for has
   *     finished the job
   * @throws PreflightException if another driver runs the job, or its folder cannot be used
   */
  public Optional<RunResult> run(
      Trainer trainer,
      StopSwitch stop,
      BooleanSupplier interrupted,
      List<? extends TrainingListener> listeners)
      throws IOException {
    folder.claim(overwrite || mode.kind() == Kind.AUTO);
    ResultRecorder recorder = new ResultRecorder(job, folder, nanoTime);
    LeaseKeeper lease = lease(recorder, interrupted);
    try {
      if (isFinished()) {
        return Optional.empty();
      }
      return Optional.of(train(trainer, new RunContext(start(), lease, stop), recorder, listeners));
    } catch (IOException | RuntimeException | Error e) {
      if (!recorder.began()) {
        lease.discard();
      }
      fail(recorder, e, interrupted);
      if (recorder.began()) {
        failLate(e);
      }
      throw e;
    } finally {
      lease.close();
    }
  }

  /** A host that does not answer is in the way of a first step only; later it ends the run. */
  private static void failLate(Throwable failure) {
    if (Failures.meant(failure).isEmpty() && Failures.isTold(failure)) {
      throw new TrainingFailedException(Failures.message(failure), failure);
    }
  }

  private LeaseKeeper lease(ResultRecorder recorder, BooleanSupplier interrupted)
      throws IOException {
    try {
      return LeaseKeeper.acquire(
          folder.fileSystem(),
          folder.path(),
          Clock.systemUTC(),
          SystemNanoClock.INSTANCE,
          notices.notice());
    } catch (IOException | RuntimeException e) {
      fail(recorder, e, interrupted);
      throw e;
    }
  }

  private RunResult train(
      Trainer trainer,
      RunContext context,
      ResultRecorder recorder,
      List<? extends TrainingListener> listeners)
      throws IOException {
    try (MetricsLog metrics = new MetricsLog(folder.fileSystem(), folder.metrics())) {
      List<TrainingListener> all = new ArrayList<>(List.of(clearing(), recorder, metrics));
      all.addAll(listeners);
      RunResult result = trainer.train(context, TrainingListener.all(all));
      ResultFile.write(folder.fileSystem(), folder.result(), result);
      return result;
    }
  }

  private StartPoint start() throws IOException {
    if (mode.kind() == Kind.AUTO) {
      return Resumption.own(job, folder, notices.warning());
    }
    if (!overwrite) {
      Resumption.refuseOwn(folder);
    }
    if (mode.kind() == Kind.NEVER) {
      return StartPoint.NEW;
    }
    StartPoint start = Resumption.at(mode.path(), job, hadoop, notices.warning());
    CheckpointFolder from = start.from();
    if (from != null && from.path().equals(folder.checkpoints())) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "--resume " + mode.path(),
                  "is one of the job's own checkpoints, all of which --overwrite deletes",
                  "set another job id (--set job=ID) to begin with it, or drop both options to go"
                      + " on from the newest")));
    }
    return start;
  }

  /** Deletes the checkpoints of an earlier run when one begins that does not go on from them. */
  private TrainingListener clearing() {
    return new TrainingListener() {
      private boolean done = mode.kind() == Kind.AUTO;

      @Override
      public void phase(TrainingPhase phase) {
        if (phase == TrainingPhase.STARTING && !done) {
          done = true;
          try {
            folder.checkpointFolder().clear();
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          }
        }
      }
    };
  }

  private static void fail(
      ResultRecorder recorder, Throwable failure, BooleanSupplier interrupted) {
    // What Spark says while it is stopped under the run is no reason.
    if (failure instanceof StoppedException || interrupted.getAsBoolean()) {
      return;
    }
    try {
      recorder.fail(Failures.message(failure));
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
