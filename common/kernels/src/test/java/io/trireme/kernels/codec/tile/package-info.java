/** Properties of the gradient codecs. */
@NullMarked
package io.trireme.kernels.codec.tile;

import org.jspecify.annotations.NullMarked;
