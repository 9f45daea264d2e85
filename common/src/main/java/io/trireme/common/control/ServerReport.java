package io.trireme.common.control;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Rejection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one server is doing.
 *
 * @param incarnation which life of it
 * @param index which server
 * @param endpoint where it receives; null until it does
 * @param ready whether it holds its parameters and can enter a generation
 * @param waitsFor what it waits for, in words
 * @param dropped messages dropped, by reason
 * @param failure why it ended, if it failed
 */
public record ServerReport(
    int index,
    long incarnation,
    @Nullable Endpoint endpoint,
    boolean ready,
    String waitsFor,
    Map<Rejection, Long> dropped,
    @Nullable String failure) {
  public ServerReport {
    dropped = Map.copyOf(dropped);
  }
}
