package io.trireme.kernels.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Decodes what a {@link BlockEncoder} of the same codec and shape has written. For one thread.
 * Allocates nothing per call.
 *
 * <p>A corrupted encoding is refused before anything is written: every length, count and index is
 * checked first. An encoding whose bytes differ in values alone decodes into other values, which
 * may be infinite or no numbers.
 */
public interface BlockDecoder {

  /**
   * Writes all floats of the block, or none. They are the gradient, except for {@code thc}, where
   * they are whole numbers, so that additions of them are exact and in any order the same.
   *
   * @param in the encoding
   * @param offset its first byte
   * @param lengthBytes its length
   * @param out where the floats go
   * @param outOffsetBytes where they start
   * @return false if this is no encoding of such a block; nothing is written then
   * @throws IndexOutOfBoundsException if a buffer is too short for what the caller said
   */
  boolean decode(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer out, int outOffsetBytes);

  /**
   * Adds the block's floats to those in {@code sum}, or does nothing. Equal to {@link #decode} and
   * 32-bit additions {@code sum[i] + decoded[i]}, except that a sparse codec leaves floats alone to
   * which zero would be added.
   *
   * @return false if this is no encoding of such a block; nothing is changed then
   */
  boolean decodeAndAdd(
      DirectBuffer in, int offset, int lengthBytes, MutableDirectBuffer sum, int offsetBytes);

  /**
   * Turns a sum of decoded contributions into gradients, in place. To be called once after the last
   * contribution of a sum, even if there was only one. Does nothing, except for {@code thc}.
   *
   * @param sum the sum of the decoded floats
   * @param offsetBytes where it starts
   */
  default void finish(MutableDirectBuffer sum, int offsetBytes) {}

  /**
   * Forgets the contributions since the last {@link #finish}, for a sum that is given up. Only
   * {@code thc} remembers any: their scale, which must be the same in all of them.
   */
  default void reset() {}

  /**
   * The scale that all contributors should share in the next step, after {@link #finish}; 0 for a
   * codec that has none.
   */
  default float nextScale() {
    return 0;
  }
}
