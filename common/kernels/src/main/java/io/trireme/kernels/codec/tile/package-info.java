/**
 * What codecs do to a tile: 1024 floats on the heap, or the last few of a block. A kernel has two
 * forms side by side in one file, which give the same bits: loops over arrays that every JVM runs,
 * and the same by the Vector API that incubates in Java 17.
 *
 * <p>Kernels only: no codec's message, no residual that outlives a call, no block.
 */
@NullMarked
package io.trireme.kernels.codec.tile;

import org.jspecify.annotations.NullMarked;
