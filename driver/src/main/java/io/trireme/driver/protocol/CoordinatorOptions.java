package io.trireme.driver.protocol;

import java.util.List;

/**
 * What the coordinator of a run knows.
 *
 * @param run id of the run
 * @param workers number of workers
 * @param slots slots of a step
 * @param serverGroups where each server's groups begin, see {@link Placement}
 * @param firstStep the first step to compute
 * @param lastStep the first step not to compute
 * @param leaseNs how long an executor may be silent
 * @param stallNs how long everybody may wait for each other
 */
public record CoordinatorOptions(
    String run,
    int workers,
    int slots,
    List<Integer> serverGroups,
    long firstStep,
    long lastStep,
    long leaseNs,
    long stallNs) {
  public CoordinatorOptions {
    serverGroups = List.copyOf(serverGroups);
  }

  /** Number of servers. */
  public int servers() {
    return serverGroups.size() - 1;
  }
}
