package io.trireme.driver.cli;

import io.trireme.driver.run.Failures;

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
    return switch (Failures.kind(failure)) {
      case BAD_JOB -> BAD_JOB;
      case PREFLIGHT -> PREFLIGHT;
      case FAILED -> FAILED;
      case STOPPED -> STOPPED;
    };
  }

  /** What the console tells of a failure. */
  static String message(Throwable failure) {
    String message = Failures.message(failure);
    return Failures.isTold(failure) ? message : message + "; --verbose shows where";
  }
}
