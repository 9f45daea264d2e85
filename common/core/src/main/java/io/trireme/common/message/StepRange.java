package io.trireme.common.message;

/**
 * The steps of a run.
 *
 * @param first the first step to compute
 * @param last the first step not to compute
 */
public record StepRange(long first, long last) {}
