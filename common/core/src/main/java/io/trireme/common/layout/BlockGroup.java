package io.trireme.common.layout;

/**
 * Consecutive blocks that one server must hold together, since a norm over a layer spans them. Most
 * groups hold one block.
 *
 * @param index position among the plan's groups
 * @param firstBlock index of the first block
 * @param blocks number of blocks
 * @param offset first float of the group in the flat vector
 * @param length number of floats
 */
public record BlockGroup(int index, int firstBlock, int blocks, long offset, long length) {
  /** The first float after the group. */
  public long end() {
    return offset + length;
  }
}
