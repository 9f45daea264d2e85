package io.trireme.driver.run;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.data.BadDataException;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.worker.engine.BadModelException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;

/**
 * What to tell a person of a failure, and how the command ends: by what it came from, wherever it
 * was noticed.
 */
public final class Failures {

  /** How a failure ends a command. */
  public enum Kind {
    /** The job file or the command line is wrong. */
    BAD_JOB,
    /** Something is in the way of the first step. */
    PREFLIGHT,
    /** The run failed. */
    FAILED,
    /** The run was stopped. */
    STOPPED
  }

  /** Failures of which the message says it all. */
  private static final Map<Class<? extends Throwable>, Kind> MEANT =
      Map.of(
          StoppedException.class, Kind.STOPPED,
          LeaseLostException.class, Kind.FAILED,
          BadJobFile.class, Kind.BAD_JOB,
          PreflightException.class, Kind.PREFLIGHT,
          BadDataException.class, Kind.PREFLIGHT,
          BadModelException.class, Kind.PREFLIGHT,
          BadCheckpointException.class, Kind.PREFLIGHT,
          TrainingFailedException.class, Kind.FAILED);

  /** What a machine or a network says no to, and what to do; looked for where nothing is meant. */
  private static final Map<Class<? extends Throwable>, String> ENVIRONMENT =
      Map.of(
          ConnectException.class, "start what should answer there, or correct its address",
          NoRouteToHostException.class, "correct the address, or open the way to it",
          SocketTimeoutException.class, "see whether the host answers, or correct its address",
          UnknownHostException.class, "correct the host's name, or make it resolve",
          AccessControlException.class, "give this user the right to it, or name another place",
          UnsupportedFileSystemException.class,
              "correct the address, or add the file system's client to the class path");

  private Failures() {}

  /** The first cause that is meant for a person, since Spark wraps what fails in a task. */
  public static Optional<Throwable> meant(Throwable failure) {
    return first(failure, cause -> MEANT.containsKey(cause.getClass()));
  }

  /** How a failure ends a command. */
  public static Kind kind(Throwable failure) {
    Optional<Throwable> meant = meant(failure);
    if (meant.isPresent()) {
      return MEANT.getOrDefault(meant.get().getClass(), Kind.FAILED);
    }
    return environment(failure).isPresent() ? Kind.PREFLIGHT : Kind.FAILED;
  }

  /** Whether the message says it all. */
  public static boolean isTold(Throwable failure) {
    return meant(failure).isPresent() || environment(failure).isPresent();
  }

  /** The message of the cause that is meant for a person; else the failure itself. */
  public static String message(Throwable failure) {
    return meant(failure)
        .map(cause -> String.valueOf(cause.getMessage()))
        .or(
            () ->
                environment(failure)
                    .map(
                        cause ->
                            BadDataException.reason(cause)
                                + "; "
                                + ENVIRONMENT.get(cause.getClass())))
        .orElse("failed unexpectedly: " + BadDataException.reason(failure));
  }

  /** What a failure came from. */
  public static Throwable root(Throwable failure) {
    List<Throwable> all = causes(failure);
    return all.get(all.size() - 1);
  }

  private static Optional<Throwable> environment(Throwable failure) {
    return first(failure, cause -> ENVIRONMENT.containsKey(cause.getClass()));
  }

  private static Optional<Throwable> first(Throwable failure, Predicate<Throwable> wanted) {
    return causes(failure).stream().filter(wanted).findFirst();
  }

  private static List<Throwable> causes(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> causes = new ArrayList<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      causes.add(at);
    }
    return causes;
  }
}
