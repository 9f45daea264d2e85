package io.trireme.driver.coordinator;

import io.trireme.common.message.StepRange;

/**
 * When checkpoints are due.
 *
 * @param everySteps steps between two of them; 0 where time counts
 * @param everyNs time between two of them; 0 where steps count
 * @param groups number of block groups, all of which make a checkpoint
 * @param steps the steps to compute; the state after the last is always kept
 * @param residualSlots number of slots, whose residuals are part of a checkpoint; 0 if workers keep
 *     none
 */
public record CheckpointOptions(
    long everySteps, long everyNs, int groups, StepRange steps, int residualSlots) {}
