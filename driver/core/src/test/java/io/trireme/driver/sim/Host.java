package io.trireme.driver.sim;

/** A machine on the simulated network. */
final class Host {
  final String name;
  boolean alive = true;

  /** Until when it does nothing, though it is alive. */
  long frozenUntilNs;

  Host(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }
}
