package io.trireme.driver.run;

import org.jspecify.annotations.Nullable;

/**
 * What a run is told beside its job.
 *
 * @param start where it begins
 * @param lease the job's lease, which must be held for every commit; null where none is needed
 * @param stop asks it to stop
 */
public record RunControl(StartPoint start, @Nullable LeaseKeeper lease, StopSwitch stop) {

  /** A run from the beginning that nobody stops and nobody else may run. */
  public static RunControl plain() {
    return new RunControl(StartPoint.NEW, null, new StopSwitch());
  }
}
