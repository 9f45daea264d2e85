package io.trireme.cuda.engine;

/**
 * A kernel's time.
 *
 * @param name layer and kernel
 * @param milliseconds of one launch
 */
public record KernelTime(String name, double milliseconds) {}
