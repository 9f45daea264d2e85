package io.trireme.worker;

/**
 * What one worker did in one step.
 *
 * @param step the step, from 0
 * @param examples examples in its slots
 * @param scoreSum sum of their scores
 * @param computeNs time spent on gradients
 * @param waitNs time spent sending, and waiting for parameters, before the step
 * @param sentBytes bytes of frames sent since the worker started
 * @param receivedBytes bytes of frames received since the worker started
 */
public record StepStats(
    long step,
    int examples,
    double scoreSum,
    long computeNs,
    long waitNs,
    long sentBytes,
    long receivedBytes) {}
