package io.trireme.driver.sim;

/** A process on a machine of the simulated network. */
final class Host {

  /** Stretches of trouble with no more than this between them are one. */
  private static final long GAP_NS = 300 * Scheduler.MS;

  final String name;

  /** The machine that it runs on, which others may share with it. */
  final String machine;

  boolean alive = true;

  /** Whether Spark has given it up, though it may be alive. */
  boolean givenUp;

  /** Until when it has no room for a run. */
  long unfitUntilNs;

  /** Until when it does nothing, though it is alive. */
  long frozenUntilNs;

  private long troubledFromNs;
  private long troubledToNs = Long.MIN_VALUE;

  /** Until when the last stretch of trouble lasted that was long enough to be given up for. */
  private long longTroubleToNs = Long.MIN_VALUE;

  /** Alone on its machine. */
  Host(String name) {
    this(name, name);
  }

  Host(String name, String machine) {
    this.name = name;
    this.machine = machine;
  }

  /** It is frozen, or cut off from others, from now on until then. */
  void isTroubled(long nowNs, long untilNs) {
    settle(nowNs);
    if (nowNs - troubledToNs > GAP_NS || troubledToNs == Long.MIN_VALUE) {
      troubledFromNs = nowNs;
    }
    troubledToNs = Math.max(troubledToNs, untilNs);
  }

  /** Whether a life that began here then may have been given up for what the host went through. */
  boolean mayBeGivenUp(long sinceNs, long nowNs) {
    settle(nowNs);
    return givenUp || longTroubleToNs >= sinceNs;
  }

  private void settle(long nowNs) {
    long to = Math.min(nowNs, troubledToNs);
    if (to - troubledFromNs >= SimRun.GIVEN_UP_NS) {
      longTroubleToNs = Math.max(longTroubleToNs, to);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
