package io.trireme.common.transport;

/**
 * Where a worker or server receives.
 *
 * @param host address of its host
 * @param port UDP port of its media driver
 * @param mediaDriver identity of its media driver; processes that share it talk through shared
 *     memory instead of UDP
 * @param streamId its stream, unique within the media driver
 */
public record Endpoint(String host, int port, String mediaDriver, int streamId) {
  @Override
  public String toString() {
    return host + ":" + port + "/" + streamId;
  }
}
