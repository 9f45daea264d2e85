/** Tests of the package of the same name. */
@NullMarked
package io.trireme.server.protocol;

import org.jspecify.annotations.NullMarked;
