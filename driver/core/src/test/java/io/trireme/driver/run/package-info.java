/** Whole jobs on Spark in this JVM. */
@NullMarked
package io.trireme.driver.run;

import org.jspecify.annotations.NullMarked;
