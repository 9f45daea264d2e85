/**
 * Small Spark applications that the tests submit; they run in driver and executors, not in the
 * test.
 */
@NullMarked
package io.trireme.deploy.jobs;

import org.jspecify.annotations.NullMarked;
