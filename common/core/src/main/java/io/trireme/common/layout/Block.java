package io.trireme.common.layout;

/**
 * A contiguous range of the vector: the unit of transfer, aggregation, compression and placement.
 *
 * @param index position among the plan's blocks
 * @param offset first float of the block in the flat vector
 * @param length number of floats
 * @param group index of the {@link BlockGroup} that it belongs to
 */
public record Block(int index, long offset, int length, int group) {
  /** The first float after the block. */
  public long end() {
    return offset + length;
  }

  /** Size of the block's floats in bytes. */
  public int lengthBytes() {
    return length * Float.BYTES;
  }
}
