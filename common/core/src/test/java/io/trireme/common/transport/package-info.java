/** Tests of the package of the same name. */
@NullMarked
package io.trireme.common.transport;

import org.jspecify.annotations.NullMarked;
