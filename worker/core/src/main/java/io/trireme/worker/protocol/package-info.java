/**
 * What a worker does with messages. No threads, sockets, clock, Spark or randomness here: time and
 * links are handed in, so that a simulator can run it.
 */
@NullMarked
package io.trireme.worker.protocol;

import org.jspecify.annotations.NullMarked;
