/**
 * Gradient codecs: how the floats of a block travel in fewer bytes, and nothing of them is lost.
 *
 * <p>Kernels only: pure functions over memory, without threads, clocks, allocation per call or
 * knowledge of the protocol. What belongs here is a codec's parameters ({@link
 * io.trireme.kernels.codec.CodecSpec}), its encoder with the residual that it owns ({@link
 * io.trireme.kernels.codec.BlockEncoder}) and its decoder ({@link
 * io.trireme.kernels.codec.BlockDecoder}). Floats in memory and on the wire are 32-bit
 * little-endian.
 */
@NullMarked
package io.trireme.kernels.codec;

import org.jspecify.annotations.NullMarked;
