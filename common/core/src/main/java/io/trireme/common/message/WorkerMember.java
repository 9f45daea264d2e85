package io.trireme.common.message;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/**
 * One life of a worker, as a member of a generation.
 *
 * @param peer which life
 * @param endpoint where it receives parameters
 * @param slotFrom first slot that it computes
 * @param slotTo first slot after those
 * @param heirFrom first of the slots whose stored residuals this life begins with: those that it
 *     had in the run's first generation, whichever it enters first
 * @param heirTo first slot after those; not above {@code heirFrom} for a life that was not there
 */
public record WorkerMember(
    Peer peer, Endpoint endpoint, int slotFrom, int slotTo, int heirFrom, int heirTo) {

  /** A life that inherits no residuals. */
  public WorkerMember(Peer peer, Endpoint endpoint, int slotFrom, int slotTo) {
    this(peer, endpoint, slotFrom, slotTo, 0, 0);
  }
}
