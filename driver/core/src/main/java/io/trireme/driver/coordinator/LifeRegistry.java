package io.trireme.driver.coordinator;

import io.trireme.common.wire.Peer;

/**
 * Which lives of members there may be: numbers new ones, and remembers those that were given up. A
 * life that was given up is never a member again.
 */
public interface LifeRegistry {

  /** A number that no life has had. */
  long newIncarnation();

  /** Gives up the life of a worker. */
  void fence(Peer life);

  /** Whether a life was given up. */
  boolean isFenced(Peer life);

  /** Gives up an executor, by Spark's id. */
  void remove(String executor);

  /** Whether an executor was given up, so that it has to end all that it still does. */
  boolean isRemoved(String executor);
}
