package io.trireme.driver.coordinator;

import io.trireme.common.message.StepRange;
import java.util.List;

/**
 * What the coordinator of a run knows.
 *
 * @param run id of the run
 * @param minWorkers workers that training needs to begin
 * @param slots slots of a step: no more workers than that are members at a time
 * @param servers the servers and what they hold
 * @param steps the steps to compute
 * @param deadlines how long members are waited for
 * @param maxSkippedSteps how many steps in a row may be skipped because of gradients that are no
 *     numbers
 */
public record CoordinatorOptions(
    String run,
    int minWorkers,
    int slots,
    Servers servers,
    StepRange steps,
    Deadlines deadlines,
    int maxSkippedSteps) {

  /**
   * The servers of a run.
   *
   * @param count number of servers
   * @param replicas backups of each block group: 0 or 1
   * @param groupLengths floats of each block group
   */
  public record Servers(int count, int replicas, List<Long> groupLengths) {
    public Servers {
      groupLengths = List.copyOf(groupLengths);
    }
  }
}
