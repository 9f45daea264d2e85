package io.trireme.driver.run;

/**
 * What a run is told beside its job.
 *
 * @param start where it begins
 * @param lease the job's lease, which must be held for every commit
 * @param stop asks it to stop
 */
public record RunContext(StartPoint start, Lease lease, StopSwitch stop) {

  /** A run from the beginning that is never stopped and needs no lease. */
  public static RunContext plain() {
    return new RunContext(StartPoint.NEW, Lease.NONE, new StopSwitch());
  }
}
