/** Tests of the package of the same name. */
@NullMarked
package io.trireme.driver.protocol;

import org.jspecify.annotations.NullMarked;
