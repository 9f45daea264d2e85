/** Tests of the package of the same name. */
@NullMarked
package io.trireme.worker.protocol;

import org.jspecify.annotations.NullMarked;
