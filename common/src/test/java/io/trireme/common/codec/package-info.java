/** Properties of the gradient codecs. */
@NullMarked
package io.trireme.common.codec;

import org.jspecify.annotations.NullMarked;
