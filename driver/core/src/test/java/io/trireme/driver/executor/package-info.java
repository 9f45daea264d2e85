/** What executors have of a run, on this process. */
@NullMarked
package io.trireme.driver.executor;

import org.jspecify.annotations.NullMarked;
