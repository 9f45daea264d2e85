package io.trireme.common.message;

import io.trireme.common.wire.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator wants to be so on one executor, for one run. Saying it again changes
 * nothing.
 *
 * @param run id of the run
 * @param servers the servers that are to live there, and no others
 * @param fenced lives of workers there that are no members any more, and never will be again
 * @param forming the generation that all are to seal for: to stop what belongs to earlier ones, and
 *     to say where it receives in this one; 0 before the first
 * @param membership that generation, once it is formed; left out where the executor has it
 * @param checkpointStep the step whose state servers are to keep for a checkpoint, besides the last
 *     one; 0 if none
 * @param over whether the run has ended, so that everything of it is to be closed
 * @param reason why it has ended, if it failed
 */
public record JobOrders(
    String run,
    List<ServerOrder> servers,
    List<Peer> fenced,
    int forming,
    @Nullable Membership membership,
    long checkpointStep,
    boolean over,
    @Nullable String reason) {
  public JobOrders {
    servers = List.copyOf(servers);
    fenced = List.copyOf(fenced);
  }
}
