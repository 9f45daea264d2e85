package io.trireme.common.checkpoint;

/**
 * A block group as it was when the checkpoint was written.
 *
 * @param index its index
 * @param offset its first float in the flat vector
 * @param length number of floats
 */
public record StoredGroup(int index, long offset, long length) {}
