/** Whole jobs on Spark in this JVM. */
@NullMarked
package io.trireme.driver.train;

import org.jspecify.annotations.NullMarked;
