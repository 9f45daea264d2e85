/** Tests of the package of the same name. */
@NullMarked
package io.trireme.common.wire;

import org.jspecify.annotations.NullMarked;
