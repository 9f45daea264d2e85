/**
 * The updaters and schedules that a job file names, as ND4J's own. No networks, no servers: who
 * applies an updater is no matter of this package.
 */
@NullMarked
package io.trireme.worker.optimizer;

import org.jspecify.annotations.NullMarked;
