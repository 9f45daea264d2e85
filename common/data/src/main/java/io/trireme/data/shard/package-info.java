/**
 * Shards: the Arrow IPC files that hold a prepared data set, their writer, and the reader that maps
 * them and fills a batch. Both know schemas of tensors and no meaning of them. What the set is and
 * in which order it is read is said in {@code io.trireme.data}; who prepares it, in the driver.
 */
@NullMarked
package io.trireme.data.shard;

import org.jspecify.annotations.NullMarked;
