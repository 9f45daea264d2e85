package io.trireme.common.config;

/**
 * The global step.
 *
 * @param size examples in a step, over all workers
 * @param slots canonical parts of a step; at least as many as workers
 */
public record BatchConfig(int size, int slots) {}
