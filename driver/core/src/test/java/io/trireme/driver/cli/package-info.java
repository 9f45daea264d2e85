/** Tests of the package of the same name. */
@NullMarked
package io.trireme.driver.cli;

import org.jspecify.annotations.NullMarked;
