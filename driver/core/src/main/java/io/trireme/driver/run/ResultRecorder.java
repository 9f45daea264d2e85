package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.Progress;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.report.ResultFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what {@code result.json} says if the run fails. When training begins it clears an earlier
 * run's files away, so a run that fails before that leaves the folder as it was.
 */
final class ResultRecorder implements TrainingListener {
  private final JobConfig job;
  private final RunFolder folder;
  private final LongSupplier nanoTime;
  private boolean began;
  private boolean resumed;
  private long beganNs;
  private double examples;
  private long lastNs;
  private @Nullable Progress last;

  ResultRecorder(JobConfig job, RunFolder folder, LongSupplier nanoTime) {
    this.job = job;
    this.folder = folder;
    this.nanoTime = nanoTime;
  }

  @Override
  public void phase(TrainingPhase phase) {
    if (phase == TrainingPhase.TRAINING && !began) {
      try {
        folder.clear(resumed);
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
      began = true;
      beganNs = nanoTime.getAsLong();
      lastNs = beganNs;
    }
  }

  @Override
  public void resumed(long step) {
    resumed = true;
  }

  @Override
  public void progress(Progress progress) {
    long now = nanoTime.getAsLong();
    examples += progress.samplesPerSecond() * (now - lastNs) * 1e-9;
    lastNs = now;
    last = progress;
  }

  /** Whether training has begun. */
  boolean began() {
    return began;
  }

  /**
   * Publishes the result of a run that failed, if training had begun; else leaves no folder that
   * was made for it.
   */
  void fail(String error) throws IOException {
    if (!began) {
      folder.release();
      return;
    }
    double seconds = (lastNs - beganNs) * 1e-9;
    Progress at = last;
    ResultFile.write(
        folder.fileSystem(),
        folder.result(),
        new RunResult(
            job.job(),
            RunResult.Status.FAILED,
            at == null ? 0 : at.step(),
            at == null ? 0 : at.epoch() - (at.step() < at.steps() ? 1 : 0),
            seconds > 0 ? examples / seconds : 0,
            seconds,
            null,
            0,
            null,
            job.workers().max(),
            job.servers().count(),
            0,
            error));
  }
}
