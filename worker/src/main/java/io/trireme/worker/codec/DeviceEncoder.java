package io.trireme.worker.codec;

import org.agrona.MutableDirectBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Encodes the gradient of one block, step after step, with ND4J's operations: on the device that
 * holds it. The counterpart of {@link io.trireme.common.codec.BlockEncoder}, whose decoders read
 * what it writes. The residual lives on the device, too. For one thread, the one that drives the
 * device.
 */
public interface DeviceEncoder extends AutoCloseable {

  /** The most bytes that a call of {@link #encode} writes. */
  int maxEncodedBytes();

  /**
   * Encodes the block; only what is sent comes to the host.
   *
   * @param step the global step, from 0
   * @param seed what is random follows from seed and step
   * @param gradient the block's floats, a vector of its length; not changed
   * @param out where the encoding goes
   * @param outOffset first byte of the encoding; {@link #maxEncodedBytes()} bytes must be free
   * @return the number of bytes written; or {@code -1 - i} if float i is the first that is NaN or
   *     infinite: then the state has not changed
   */
  int encode(long step, long seed, INDArray gradient, MutableDirectBuffer out, int outOffset);

  /** What has not been sent, one float for each of the block; the encoder's own, to be read. */
  INDArray residual();

  /** The scalars that go on from step to step, for a checkpoint; empty if there are none. */
  double[] scalars();

  /**
   * Goes on from a checkpoint.
   *
   * @param residual one float for each of the block
   * @param scalars what {@link #scalars()} said
   */
  void restore(INDArray residual, double[] scalars);

  /** Adds the residual of another encoder of the same block. */
  void absorb(INDArray residual);

  /** Floats of the last encoding that are sent with a value of their own, plain ones included. */
  int sentFloats();

  /** The square of the residual's Euclidean norm. */
  double residualNormSquared();

  /** Frees the residual. */
  @Override
  void close();
}
