/** Tests of the package of the same name. */
@NullMarked
package io.trireme.kernels.sum;

import org.jspecify.annotations.NullMarked;
