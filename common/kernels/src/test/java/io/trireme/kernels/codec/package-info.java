/** Properties of the gradient codecs. */
@NullMarked
package io.trireme.kernels.codec;

import org.jspecify.annotations.NullMarked;
