package io.trireme.driver.protocol;

/**
 * What all workers together did in one step.
 *
 * @param step the step, from 0
 * @param examples examples in the step
 * @param loss mean score of the step's examples
 * @param computeNs the slowest worker's time for gradients
 * @param waitNs the longest wait for parameters
 * @param sentBytes bytes that the workers have sent since they started
 * @param receivedBytes bytes that the workers have received since they started
 */
public record GlobalStep(
    long step,
    int examples,
    double loss,
    long computeNs,
    long waitNs,
    long sentBytes,
    long receivedBytes) {}
