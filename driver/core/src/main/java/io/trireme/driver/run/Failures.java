package io.trireme.driver.run;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.LeaseLostException;
import io.trireme.data.BadDataException;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.StoppedException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.worker.engine.BadModelException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/** What to tell a person of a failure. */
public final class Failures {

  /** Failures of which the message says it all. */
  private static final Set<Class<? extends Throwable>> MEANT =
      Set.of(
          StoppedException.class,
          LeaseLostException.class,
          BadJobFile.class,
          PreflightException.class,
          BadDataException.class,
          BadModelException.class,
          BadCheckpointException.class,
          TrainingFailedException.class);

  private Failures() {}

  /** The first cause that is meant for a person, since Spark wraps what fails in a task. */
  public static Optional<Throwable> meant(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (MEANT.contains(at.getClass())) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  /** The message of the cause that is meant for a person; else the failure itself. */
  public static String message(Throwable failure) {
    return meant(failure)
        .map(cause -> String.valueOf(cause.getMessage()))
        .orElse("failed unexpectedly: " + failure);
  }
}
