/**
 * Tests with real processes: the distribution, a standalone Spark cluster started from it, and the
 * launcher. No test here starts Spark inside its own JVM.
 */
@NullMarked
package io.trireme.deploy;

import org.jspecify.annotations.NullMarked;
