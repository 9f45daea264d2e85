/** Tests of the package of the same name. */
@NullMarked
package io.trireme.server.kernel;

import org.jspecify.annotations.NullMarked;
