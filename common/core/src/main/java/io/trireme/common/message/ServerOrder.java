package io.trireme.common.message;

import io.trireme.common.wire.Peer;
import java.util.List;

/**
 * A server that is to live on an executor.
 *
 * @param peer which life of which server
 * @param load block groups whose first parameters it fetches when it starts; all others come from
 *     the servers that hold them
 */
public record ServerOrder(Peer peer, List<Integer> load) {
  public ServerOrder {
    load = List.copyOf(load);
  }
}
