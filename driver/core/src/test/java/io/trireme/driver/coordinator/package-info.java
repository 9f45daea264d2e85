/** Tests of the package of the same name. */
@NullMarked
package io.trireme.driver.coordinator;

import org.jspecify.annotations.NullMarked;
