package io.trireme.common.message;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;

/**
 * One life of a server, as a member of a generation.
 *
 * @param peer which life
 * @param endpoint where it receives in this generation
 */
public record ServerMember(Peer peer, Endpoint endpoint) {}
