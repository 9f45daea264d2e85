/** How a block's floats become bytes and back. */
@NullMarked
package io.trireme.common.codec;

import org.jspecify.annotations.NullMarked;
