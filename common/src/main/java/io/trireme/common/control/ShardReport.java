package io.trireme.common.control;

import io.trireme.common.checkpoint.ShardFile;

/**
 * A shard file that lies in a checkpoint's folder, whole.
 *
 * @param step the checkpoint's step: that of each group in it
 * @param file the file
 */
public record ShardReport(long step, ShardFile file) {}
