package io.trireme.driver.run;

/** Where a signal asks a run to write a checkpoint and stop. Safe from any thread. */
public final class StopSwitch {
  private boolean listening;
  private boolean requested;

  /** A switch that is not set. */
  public StopSwitch() {}

  /** From now on the run looks at the switch, or does not any more. */
  public synchronized void listen(boolean on) {
    listening = on;
  }

  /**
   * Asks the run to stop.
   *
   * @return whether it will: this is the first request, and the run listens
   */
  public synchronized boolean request() {
    boolean first = listening && !requested;
    requested |= first;
    return first;
  }

  /** Whether the run was asked to stop. */
  public synchronized boolean isRequested() {
    return requested;
  }
}
