package io.trireme.common.control;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/**
 * One life of a server, as a member of a generation.
 *
 * @param peer which life
 * @param endpoint where it receives contributions
 * @param groupFrom first block group that it holds
 * @param groupTo first block group after those
 */
public record ServerMember(Peer peer, Endpoint endpoint, int groupFrom, int groupTo) {}
