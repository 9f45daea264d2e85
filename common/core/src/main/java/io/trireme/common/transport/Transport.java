package io.trireme.common.transport;

/** Makes sessions. Implementations are safe for use by several threads; what they make is not. */
public interface Transport {

  /** Opens a new endpoint of this process. */
  Inbound listen();

  /** Opens a session to an endpoint; returns before the peer is connected. */
  Outbound connect(Endpoint to);
}
