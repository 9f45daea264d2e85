package io.trireme.common.config;

/**
 * The workers.
 *
 * @param min workers that training needs to start
 * @param max workers at the most: newcomers join a running job up to this number
 * @param threads OpenMP threads of each worker; part of the job's identity, since it decides the
 *     order of sums
 */
public record WorkersConfig(int min, int max, int threads) {}
