package io.trireme.common.message;

import io.trireme.common.failure.Recurring;
import io.trireme.common.transport.TransportException;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Why a member of a run, or what an executor has of it, has ended.
 *
 * @param why in words
 * @param recurs whether it would come again wherever it is done anew, such as a model that cannot
 *     be computed: it ends the run. If not, such as memory that one host lacks, it is the loss of a
 *     life, and others go on
 */
public record FailureReport(String why, boolean recurs) {

  /** A failure that would come again anywhere. */
  public static FailureReport anywhere(String why) {
    return new FailureReport(why, true);
  }

  /** A failure of one life or one executor. */
  public static FailureReport here(String why) {
    return new FailureReport(why, false);
  }

  /**
   * What was thrown. Errors of the process and its host (memory, shared memory, files, sessions)
   * are failures of that place; all others would come again.
   */
  public static FailureReport of(Throwable thrown) {
    String message = thrown.getMessage();
    return new FailureReport(
        message == null || thrown instanceof Error ? thrown.toString() : message,
        !isOfThePlace(thrown));
  }

  private static boolean isOfThePlace(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable at = thrown; at != null && seen.add(at); at = at.getCause()) {
      if (at instanceof Recurring || at instanceof StackOverflowError) {
        return false;
      }
      if (at instanceof IOException
          || at instanceof TransportException
          || at instanceof VirtualMachineError) {
        return true;
      }
    }
    return false;
  }
}
