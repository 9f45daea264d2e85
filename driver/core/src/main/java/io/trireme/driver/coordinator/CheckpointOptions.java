package io.trireme.driver.coordinator;

/**
 * When checkpoints are due.
 *
 * @param everySteps steps between two of them; 0 where time counts
 * @param everyNs time between two of them; 0 where steps count
 * @param groups number of block groups, all of which make a checkpoint
 * @param firstStep the step that the run begins with
 * @param lastStep the first step not to compute; the state before it is always kept
 * @param residualSlots number of slots, whose residuals are part of a checkpoint; 0 if workers keep
 *     none
 */
public record CheckpointOptions(
    long everySteps, long everyNs, int groups, long firstStep, long lastStep, int residualSlots) {

  /** Of a job whose workers keep nothing. */
  public CheckpointOptions(
      long everySteps, long everyNs, int groups, long firstStep, long lastStep) {
    this(everySteps, everyNs, groups, firstStep, lastStep, 0);
  }
}
