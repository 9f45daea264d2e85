package io.trireme.common.message;

import org.jspecify.annotations.Nullable;

/**
 * What one worker did in one step.
 *
 * @param generation the generation in which it was computed
 * @param step the step, from 0
 * @param slotFrom its first slot
 * @param slotTo first slot after those
 * @param examples examples in its slots
 * @param scoreSum sum of their scores
 * @param computeNs time spent on gradients
 * @param pushNs time spent on encoding and sending them
 * @param waitNs time spent waiting for parameters
 * @param sentBytes bytes of frames sent since the worker started
 * @param receivedBytes bytes of frames received since the worker started
 * @param encoding what became of its gradients since it started
 * @param nonFinite where its gradient was no number, so that the step counts for nobody; null if it
 *     was one
 */
public record StepReport(
    int generation,
    long step,
    int slotFrom,
    int slotTo,
    int examples,
    double scoreSum,
    long computeNs,
    long pushNs,
    long waitNs,
    long sentBytes,
    long receivedBytes,
    EncodingReport encoding,
    @Nullable String nonFinite) {}
