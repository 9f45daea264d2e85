/**
 * Gradient codecs that run where the gradient lives, so that a device need not copy all of it to
 * the host. What they write, the decoders of {@code io.trireme.common.codec} read.
 */
@NullMarked
package io.trireme.worker.codec;

import org.jspecify.annotations.NullMarked;
