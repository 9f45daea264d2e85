/** Tests of the package of the same name. */
@NullMarked
package io.trireme.common.layout;

import org.jspecify.annotations.NullMarked;
