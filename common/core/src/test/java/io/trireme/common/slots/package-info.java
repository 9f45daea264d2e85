/** Tests of the package of the same name. */
@NullMarked
package io.trireme.common.slots;

import org.jspecify.annotations.NullMarked;
