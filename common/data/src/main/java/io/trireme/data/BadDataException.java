package io.trireme.data;

import io.trireme.common.failure.Recurring;

/**
 * Thrown when a data file cannot be used. The message names the file, where in it, what was
 * expected, what was seen and the way out; it is meant for the person who runs the job.
 */
public final class BadDataException extends RuntimeException implements Recurring {
  private static final long serialVersionUID = 1L;

  /** A problem, told in one line. */
  public BadDataException(String message) {
    super(message);
  }

  /** What failed, in one line: Hadoop's messages have several. */
  public static String reason(Throwable failure) {
    return failure.toString().replaceAll("\\s+", " ").strip();
  }

  /** A problem, told in one line, and what it came from. */
  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
