/**
 * Gradient engines: a DL4J model behind flat off-heap vectors of inputs, parameters and gradient,
 * and how such a model is made from a job file and described to the servers. No slots, no messages,
 * no shards.
 */
@NullMarked
package io.trireme.worker.dl4j;

import org.jspecify.annotations.NullMarked;
