/** Tests of the package of the same name. */
@NullMarked
package io.trireme.worker.codec;

import org.jspecify.annotations.NullMarked;
