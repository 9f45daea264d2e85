package io.trireme.common.control;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/**
 * One life of a worker, as a member of a generation.
 *
 * @param peer which life
 * @param endpoint where it receives parameters
 * @param slotFrom first slot that it computes
 * @param slotTo first slot after those
 */
public record WorkerMember(Peer peer, Endpoint endpoint, int slotFrom, int slotTo) {}
