package io.trireme.kernels.codec;

import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes the floats of one block, step after step, and owns what has not been sent of them: the
 * residual e. With g the floats handed in and D the decoder, every codec but {@code topk} does
 *
 * <pre>
 * p = g + e;  send C(p);  e = p - D(C(p))
 * </pre>
 *
 * <p>The same encoder serves both directions: gradients on the way to a server, and changes of
 * parameters on the way back, with a residual on the server. For one thread. Allocates nothing per
 * call. What it sends depends on its state and on step, seed and floats alone.
 */
public interface BlockEncoder extends AutoCloseable {

  /** The most bytes that a call of {@link #encode} writes. */
  int maxEncodedBytes();

  /**
   * Encodes the block.
   *
   * @param step the global step, from 0; schedules such as a warm-up follow it
   * @param seed what is random follows from seed and step; give each block, worker and direction a
   *     seed of its own
   * @param floats the block's floats, off heap, little-endian; not changed
   * @param offsetBytes where they start
   * @param out where the encoding goes
   * @param outOffset first byte of the encoding; {@link #maxEncodedBytes()} bytes must be free
   * @return the number of bytes written; or {@code -1 - i} if float i is the first that is NaN or
   *     infinite: then neither the state nor anything that counts has changed
   * @throws IndexOutOfBoundsException if a buffer is too short; nothing has changed then
   */
  int encode(
      long step,
      long seed,
      DirectBuffer floats,
      int offsetBytes,
      MutableDirectBuffer out,
      int outOffset);

  /**
   * All that a checkpoint must carry for the encoder to go on bit for bit: the residual first, if
   * there is one, then what else the codec keeps. To restore, write the same bytes back. Empty for
   * a codec without a memory. The buffers are the encoder's own and live until it is closed.
   */
  List<MutableDirectBuffer> state();

  /**
   * Adds the residual of another encoder of the same block, such as one of a worker that leaves, or
   * of another codec. It is sent with later steps.
   *
   * @param residual one float for each float of the block
   * @param offsetBytes where they start
   * @return whether this encoder has a residual to add to; if not, the caller must add the floats
   *     to what it encodes next
   */
  boolean absorb(DirectBuffer residual, int offsetBytes);

  /**
   * Sets the scale that all contributors to one sum share in the next steps. Only {@code thc} has
   * one; others ignore it.
   *
   * <p>It goes round: every encoding carries the scale that its contributor would like next; the
   * decoder of the sum tells the greatest ({@link BlockDecoder#nextScale()}); that goes back to all
   * contributors, with the parameters, and is set before their next {@link #encode}. In the first
   * step it is 0: nothing but the wish is sent, and the gradient waits in the residual. An encoder
   * on which this is never called chooses its own scale in each step, which is right where it is
   * the only contributor, as a server is on the way back.
   *
   * @param scale 0, or a positive finite number, equal on all contributors in a step
   */
  default void sharedScale(float scale) {}

  /** Bytes that the last call of {@link #encode} wrote. */
  int encodedBytes();

  /** Floats of the last encoding that are sent with a value of their own, plain ones included. */
  int sentFloats();

  /**
   * The square of the residual's Euclidean norm after the last call of {@link #encode}; infinite if
   * floats beyond 1e18 stayed behind.
   */
  double residualNormSquared();

  /** Frees the residual. */
  @Override
  void close();
}
