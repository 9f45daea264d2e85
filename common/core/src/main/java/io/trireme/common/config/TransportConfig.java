package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * How messages travel.
 *
 * @param termLengthBytes length of each of the three Aeron terms of a session, a power of two; null
 *     for the longest usual one for which all hosts have room
 * @param mtuLengthBytes largest datagram between hosts
 * @param ports range {@code FROM-TO} of UDP ports for firewalls; null for ephemeral ones
 * @param timeoutSeconds how long a silent peer is waited for before the job fails
 */
public record TransportConfig(
    @Nullable Integer termLengthBytes,
    int mtuLengthBytes,
    @Nullable String ports,
    int timeoutSeconds) {

  /** The same with terms of this length. */
  public TransportConfig withTermLength(int lengthBytes) {
    return new TransportConfig(lengthBytes, mtuLengthBytes, ports, timeoutSeconds);
  }

  /** The length of terms, once it was chosen. */
  public int chosenTermLengthBytes() {
    if (termLengthBytes == null) {
      throw new IllegalStateException("transport.termLength was not chosen for this run");
    }
    return termLengthBytes;
  }
}
