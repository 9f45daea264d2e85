package io.trireme.driver.sim;

/** Something is not as it must be. */
final class InvariantBroken extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What was promised. */
  final Invariant invariant;

  InvariantBroken(Invariant invariant, String what) {
    super(invariant + ": " + what);
    this.invariant = invariant;
  }
}
