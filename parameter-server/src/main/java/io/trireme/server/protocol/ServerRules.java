package io.trireme.server.protocol;

/**
 * The decisions on which the promises of a server rest. Servers run with {@link #STANDARD}; a
 * simulation breaks one rule at a time to prove that it would notice.
 */
public interface ServerRules {

  /** The rules as they are to be. */
  ServerRules STANDARD = new ServerRules() {};

  /** Whether a counted contribution is added before a new one, given the first slot of each. */
  default boolean precedes(int countedLo, int lo) {
    return countedLo < lo;
  }

  /** Whether workers get a step's result only when the backup has said that it holds it. */
  default boolean releaseAwaitsBackup() {
    return true;
  }

  /** The step whose sum of squares is a block's share of the global norm of a step. */
  default long stepOfShare(long step) {
    return step;
  }

  /**
   * Whether a server that seals for a generation stops at once, not only when it enters the next.
   */
  default boolean stopsWhenSealed() {
    return true;
  }
}
