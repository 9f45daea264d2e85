package io.trireme.driver.spark;

import java.util.concurrent.TimeUnit;

/**
 * The time of a process that may be stopped, as by SIGSTOP or a host that sleeps: it stands still
 * meanwhile, since what could not be heard was not silent. It never goes back, in whatever order
 * the threads that read the clock get here. For one thread at a time.
 */
final class RunningTime {

  /** It is asked many times a second; such a gap means that the process stood still. */
  private static final long STOOD_STILL_NS = TimeUnit.SECONDS.toNanos(2);

  private long lastNs;
  private long stoodStillNs;
  private boolean begun;

  /**
   * The time at a reading of the clock, or at the newest one before.
   *
   * @return the nanoseconds for which the process had not run, if this reading is the first after;
   *     else 0
   */
  long note(long clockNs) {
    long goneNs = begun ? clockNs - lastNs : 0;
    if (!begun || goneNs > 0) {
      lastNs = clockNs;
    }
    begun = true;
    if (goneNs <= STOOD_STILL_NS) {
      return 0;
    }
    stoodStillNs += goneNs;
    return goneNs;
  }

  /** The time at the newest reading that was noted. */
  long nowNs() {
    return lastNs - stoodStillNs;
  }
}
