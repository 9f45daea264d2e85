package io.trireme.common.transport;

import io.trireme.common.wire.Peer;

/** Makes senders from one life to others: what protocol code needs of a transport and a key. */
@FunctionalInterface
public interface Connector {
  /** A sender to this life of a peer. */
  SecureSender connect(Peer to, Endpoint endpoint);
}
