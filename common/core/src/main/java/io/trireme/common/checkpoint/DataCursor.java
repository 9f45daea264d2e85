package io.trireme.common.checkpoint;

/**
 * Where in its data a job stands.
 *
 * @param epoch the epoch, from 0, of the next step
 * @param nextExample position in that epoch's order of the next step's first example
 * @param dataset fingerprint of the training set; empty if it has none
 */
public record DataCursor(int epoch, long nextExample, String dataset) {}
