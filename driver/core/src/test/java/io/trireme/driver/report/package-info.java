/** Tests of the package of the same name. */
@NullMarked
package io.trireme.driver.report;

import org.jspecify.annotations.NullMarked;
