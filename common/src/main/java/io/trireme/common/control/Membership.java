package io.trireme.common.control;

import java.util.List;

/**
 * Who is alive in a generation, and who does what.
 *
 * @param generation number of the membership epoch, from 1
 * @param workers in the order of their slots
 * @param servers in the order of their groups
 */
public record Membership(int generation, List<WorkerMember> workers, List<ServerMember> servers) {
  public Membership {
    workers = List.copyOf(workers);
    servers = List.copyOf(servers);
  }
}
