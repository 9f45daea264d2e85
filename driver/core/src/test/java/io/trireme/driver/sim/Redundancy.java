package io.trireme.driver.sim;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.wire.Peer;
import io.trireme.server.protocol.Holding;
import java.util.Arrays;
import java.util.Collection;

/**
 * Whether a run survives the loss of an executor: computed from what the servers have, and from
 * what they let workers have of it.
 */
final class Redundancy {

  /** The newest step of each group that any server released. */
  private final long[] released;

  Redundancy(int groups) {
    released = new long[groups];
    Arrays.fill(released, -1);
  }

  /**
   * Whether every group is on another executor, at the newest step that was released. To be asked
   * before each loss, since what only the lost one knows counts, too.
   */
  boolean survives(SimRun run, Collection<SimExecutor> all, SimExecutor lost) {
    Membership formed = run.coordinator.membership();
    if (formed == null) {
      return false;
    }
    for (SimExecutor executor : all) {
      for (SimServer server : executor.servers(run)) {
        server
            .holdings()
            .forEach(
                held -> released[held.group()] = Math.max(released[held.group()], held.released()));
      }
    }
    boolean[] safe = new boolean[released.length];
    for (SimExecutor executor : all) {
      if (executor != lost && executor.host.alive) {
        for (SimServer server : executor.servers(run)) {
          server
              .holdings()
              .forEach(held -> safe[held.group()] |= counts(formed, server.self(), held));
        }
      }
    }
    for (boolean one : safe) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  private boolean counts(Membership formed, Peer server, Holding held) {
    GroupHolders holders = formed.groups().get(held.group());
    boolean holder =
        holders.primary() == server.index()
            || (holders.backup() == server.index()
                && (holders.current() || held.entered() == formed.generation()));
    return holder && formed.has(server) && held.whole() && held.step() >= released[held.group()];
  }
}
