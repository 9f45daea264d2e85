/**
 * DL4J's networks as a model family, and DL4J on the processor as its engine: how such a model is
 * made from a job file, bound to data, described to the servers and written. No slots, no messages,
 * no shards.
 */
@NullMarked
package io.trireme.worker.dl4j;

import org.jspecify.annotations.NullMarked;
