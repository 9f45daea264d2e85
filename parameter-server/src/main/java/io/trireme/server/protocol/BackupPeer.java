package io.trireme.server.protocol;

import io.trireme.common.wire.Peer;

/** A group's backup as its primary sees it. */
interface BackupPeer {

  /**
   * Takes the open step's mean gradient.
   *
   * @return false if the step cannot be applied yet
   */
  boolean takeGradient(double scale);

  /** The backup says that it holds the gradient of a step; false if it was not asked that. */
  default boolean takeHeld(Peer from, long step) {
    return false;
  }

  /** Whether workers wait for its word before they get the open step. */
  default boolean isAwaited() {
    return false;
  }

  /** What is awaited of it, for messages. */
  default void describe(StringBuilder text) {}

  /** There is no backup: every step is applied and released at once. */
  record None(PrimaryRole primary) implements BackupPeer {
    @Override
    public boolean takeGradient(double scale) {
      primary.apply(scale);
      primary.release();
      return true;
    }
  }
}
