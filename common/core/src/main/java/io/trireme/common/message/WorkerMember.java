package io.trireme.common.message;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/**
 * One life of a worker, as a member of a generation.
 *
 * @param peer which life
 * @param endpoint where it receives parameters
 * @param slots the slots that it computes
 * @param restored the slots whose stored residuals this life restores when it enters the
 *     generation: its own, as long as nothing of the run has been counted; empty from then on
 */
public record WorkerMember(Peer peer, Endpoint endpoint, SlotRange slots, SlotRange restored) {

  /** A life that restores no residuals. */
  public WorkerMember(Peer peer, Endpoint endpoint, int slotFrom, int slotTo) {
    this(peer, endpoint, new SlotRange(slotFrom, slotTo), SlotRange.NONE);
  }

  /** The first slot that it computes. */
  public int slotFrom() {
    return slots.from();
  }

  /** The first slot after those. */
  public int slotTo() {
    return slots.to();
  }
}
