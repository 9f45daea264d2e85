package io.trireme.driver.cli;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.data.BadDataException;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.driver.run.PreflightException;
import io.trireme.driver.run.StoppedException;
import io.trireme.driver.run.TrainingFailedException;
import io.trireme.worker.engine.BadModelException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /** What is meant for a person, whose message says it all, and how it ends a command. */
  private static final Map<Class<? extends Throwable>, ExitCode> MEANT =
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
    Throwable meant = meant(failure);
    ExitCode code = meant == null ? null : MEANT.get(meant.getClass());
    return code == null ? FAILED : code;
  }

  /**
   * What to tell a person: the first cause that was meant for one, since Spark wraps what fails in
   * a task; else the failure itself.
   */
  static String message(Throwable failure) {
    Throwable meant = meant(failure);
    if (meant != null) {
      return String.valueOf(meant.getMessage());
    }
    return "failed unexpectedly: " + failure + "; --verbose shows where";
  }

  private static @Nullable Throwable meant(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (MEANT.containsKey(at.getClass())) {
        return at;
      }
    }
    return null;
  }
}
