/**
 * Shards: the Arrow IPC files that hold a prepared data set, their writer, and the reader that maps
 * them and fills a network's input. What the set is and in which order it is read is said in {@code
 * io.trireme.common.data}; who prepares it, in the driver.
 */
@NullMarked
package io.trireme.data.shard;

import org.jspecify.annotations.NullMarked;
