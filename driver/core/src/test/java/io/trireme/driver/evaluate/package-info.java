/** Tests of evaluation. */
@NullMarked
package io.trireme.driver.evaluate;

import org.jspecify.annotations.NullMarked;
