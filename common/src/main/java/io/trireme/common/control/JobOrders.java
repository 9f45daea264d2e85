package io.trireme.common.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator wants to be so on one executor, for one run. Saying it again changes
 * nothing.
 *
 * @param run id of the run
 * @param servers indices of the servers that are to live there
 * @param membership the generation, once there is one
 * @param over whether the run has ended, so that everything of it is to be closed
 * @param reason why it has ended, if it failed
 */
public record JobOrders(
    String run,
    List<Integer> servers,
    @Nullable Membership membership,
    boolean over,
    @Nullable String reason) {
  public JobOrders {
    servers = List.copyOf(servers);
  }
}
