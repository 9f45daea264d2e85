package io.trireme.driver.coordinator;

import java.util.List;

/**
 * What the coordinator of a run knows.
 *
 * @param run id of the run
 * @param minWorkers workers that training needs to begin
 * @param slots slots of a step: no more workers than that are members at a time
 * @param groupLengths floats of each block group
 * @param servers number of servers
 * @param replicas backups of each block group: 0 or 1
 * @param firstStep the first step to compute
 * @param lastStep the first step not to compute
 * @param leaseNs how long an executor may be silent
 * @param stallNs how long everybody may wait for each other before sessions are made anew
 * @param stepNs how long others wait for a worker that computes
 * @param joinNs how long a run may be without any worker
 * @param maxSkippedSteps how many steps in a row may count for nobody
 */
public record CoordinatorOptions(
    String run,
    int minWorkers,
    int slots,
    List<Long> groupLengths,
    int servers,
    int replicas,
    long firstStep,
    long lastStep,
    long leaseNs,
    long stallNs,
    long stepNs,
    long joinNs,
    int maxSkippedSteps) {
  public CoordinatorOptions {
    groupLengths = List.copyOf(groupLengths);
  }
}
