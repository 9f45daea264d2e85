package io.trireme.common.message;

import io.trireme.common.checkpoint.CheckpointShard;
import org.jspecify.annotations.Nullable;

/**
 * A shard file that lies in a checkpoint's folder, whole.
 *
 * @param step the checkpoint's step: that of each group in it
 * @param file the file
 * @param slots of a worker's file, whose residuals are in it; null for a server's
 */
public record ShardReport(long step, CheckpointShard file, @Nullable SlotShare slots) {

  /**
   * The part that a worker has in a generation.
   *
   * @param generation the generation
   * @param from its first slot
   * @param to the first slot after those
   */
  public record SlotShare(int generation, int from, int to) {}

  /** A server's file. */
  public ShardReport(long step, CheckpointShard file) {
    this(step, file, null);
  }
}
