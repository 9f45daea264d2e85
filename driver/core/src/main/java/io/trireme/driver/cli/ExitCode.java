package io.trireme.driver.cli;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.data.BadDataException;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.driver.run.Failures;
import io.trireme.worker.engine.BadModelException;
import java.util.Map;

/** How a command ends. */
enum ExitCode {
  /** The work is done. */
  DONE(0),
  /** The job file or the command line is wrong. */
  BAD_JOB(2),
  /** Something is in the way of the first step. */
  PREFLIGHT(3),
  /** The run failed. */
  FAILED(4),
  /** The run was stopped by SIGTERM, with a checkpoint. */
  STOPPED(143);

  private static final Map<Class<? extends Throwable>, ExitCode> OF =
      Map.of(
          StoppedException.class, STOPPED,
          LeaseLostException.class, FAILED,
          BadJobFile.class, BAD_JOB,
          PreflightException.class, PREFLIGHT,
          BadDataException.class, PREFLIGHT,
          BadModelException.class, PREFLIGHT,
          BadCheckpointException.class, PREFLIGHT,
          TrainingFailedException.class, FAILED);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** What the process returns. */
  int number() {
    return number;
  }

  /** The code of a failure. */
  static ExitCode of(Throwable failure) {
    return Failures.meant(failure)
        .map(cause -> OF.getOrDefault(cause.getClass(), FAILED))
        .orElse(FAILED);
  }

  /** What the console tells of a failure. */
  static String message(Throwable failure) {
    String message = Failures.message(failure);
    return Failures.meant(failure).isPresent() ? message : message + "; --verbose shows where";
  }
}
