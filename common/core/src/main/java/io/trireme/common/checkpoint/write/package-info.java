/**
 * Writing checkpoints beside training: copies of what a server or worker has at a step, and the
 * thread that turns them into shards. What is in them is their owner's business.
 */
@NullMarked
package io.trireme.common.checkpoint.write;

import org.jspecify.annotations.NullMarked;
