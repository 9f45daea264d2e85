/** Servers and workers in one thread under a seeded scheduler. */
@NullMarked
package io.trireme.worker.sim;

import org.jspecify.annotations.NullMarked;
