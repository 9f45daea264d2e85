package io.trireme.driver.sim;

/**
 * The turns of one thread on a host: soon again as long as there is something to do, else when
 * something arrives, or after a while. A frozen host takes none, and neither does one that is dead.
 */
final class Turns {

  /** What {@link Body#turn} returns when there is nothing left to do, ever. */
  static final int NEVER = -1;

  private static final long BUSY_NS = 50_000;
  private static final long IDLE_NS = 20 * Scheduler.MS;

  /** What a thread does. */
  @FunctionalInterface
  interface Body {
    /** Does a bounded piece of work; returns how much was done, or {@link #NEVER}. */
    int turn(long nowNs);
  }

  private final Scheduler scheduler;
  private final Host host;
  private final Body body;
  private long nextNs = Long.MAX_VALUE;
  private long busyUntilNs;
  private boolean stopped;

  Turns(Scheduler scheduler, Host host, Body body) {
    this.scheduler = scheduler;
    this.host = host;
    this.body = body;
  }

  /** A turn is to be taken then, or sooner. */
  void wake(long atNs) {
    long at = Math.max(Math.max(atNs, busyUntilNs), scheduler.now());
    if (!stopped && at < nextNs) {
      nextNs = at;
      scheduler.at(at, () -> turn(at));
    }
  }

  /** The thread does nothing else for so long. */
  void isBusy(long forNs) {
    busyUntilNs = scheduler.now() + forNs;
  }

  void stop() {
    stopped = true;
  }

  private void turn(long at) {
    if (stopped || at != nextNs || !host.alive) {
      return;
    }
    nextNs = Long.MAX_VALUE;
    long now = scheduler.now();
    if (host.frozenUntilNs > now) {
      wake(host.frozenUntilNs);
      return;
    }
    int work = body.turn(now);
    if (work == NEVER) {
      stopped = true;
    } else {
      long most = work > 0 ? BUSY_NS : IDLE_NS;
      wake(now + scheduler.between(most / 2, most));
    }
  }
}
