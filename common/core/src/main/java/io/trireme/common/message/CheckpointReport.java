package io.trireme.common.message;

import java.util.List;

/**
 * What servers and workers on one executor do for checkpoints.
 *
 * @param writing whether a shard is being written
 * @param shards the files that were written since the last report that was answered
 * @param failures what could not be written since then, and why
 */
public record CheckpointReport(boolean writing, List<ShardReport> shards, List<String> failures) {

  /** Nothing is written. */
  public static final CheckpointReport NONE = new CheckpointReport(false, List.of(), List.of());

  public CheckpointReport {
    shards = List.copyOf(shards);
    failures = List.copyOf(failures);
  }
}
