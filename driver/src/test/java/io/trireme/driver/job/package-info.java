/** Tests of the package of the same name. */
@NullMarked
package io.trireme.driver.job;

import org.jspecify.annotations.NullMarked;
