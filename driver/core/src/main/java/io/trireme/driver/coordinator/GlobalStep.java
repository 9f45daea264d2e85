package io.trireme.driver.coordinator;

import io.trireme.common.message.EncodingReport;
import org.jspecify.annotations.Nullable;

/**
 * What all workers together did in one step.
 *
 * @param step the step, from 0
 * @param examples examples in the step
 * @param loss mean score of the step's examples
 * @param computeNs the slowest worker's time for gradients
 * @param waitNs the longest wait for parameters
 * @param stepNs the longest time from one step's parameters to the next one's, over the workers
 * @param sentBytes bytes that the workers have sent since they started
 * @param receivedBytes bytes that the workers have received since they started
 * @param encoding what became of the workers' gradients since they started; of the residuals, what
 *     workers hold that are not lost
 * @param nonFinite where a gradient was no number, so that the step was skipped; null if all were
 */
public record GlobalStep(
    long step,
    int examples,
    double loss,
    long computeNs,
    long waitNs,
    long stepNs,
    long sentBytes,
    long receivedBytes,
    EncodingReport encoding,
    @Nullable String nonFinite) {}
