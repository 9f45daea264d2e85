package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * How messages travel.
 *
 * @param termLengthBytes length of each of the three Aeron terms of a session; a power of two from
 *     1 MiB
 * @param mtuLengthBytes largest datagram between hosts
 * @param ports range {@code FROM-TO} of UDP ports for firewalls; null for ephemeral ones
 * @param timeoutSeconds how long a silent peer is waited for before the job fails
 */
public record TransportConfig(
    int termLengthBytes, int mtuLengthBytes, @Nullable String ports, int timeoutSeconds) {}
