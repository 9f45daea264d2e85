package io.trireme.common.checkpoint.write;

import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ShardReport;
import java.util.ArrayList;
import java.util.List;

/**
 * What the servers and workers of one executor have written, until the coordinator knows. Safe from
 * any thread.
 */
public final class ShardLog {
  private final List<ShardReport> shards = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int reportedShards;
  private int reportedFailures;
  private int writing;

  /** A log without entries. */
  public ShardLog() {}

  synchronized void begin() {
    writing++;
  }

  synchronized void end() {
    writing--;
  }

  synchronized void written(ShardReport shard) {
    shards.add(shard);
  }

  synchronized void failed(String why) {
    failures.add(why);
  }

  /** All that the coordinator is not known to know. */
  public synchronized CheckpointReport report() {
    reportedShards = shards.size();
    reportedFailures = failures.size();
    return new CheckpointReport(writing > 0, shards, failures);
  }

  /** The last report has arrived. */
  public synchronized void acknowledge() {
    shards.subList(0, reportedShards).clear();
    failures.subList(0, reportedFailures).clear();
    reportedShards = 0;
    reportedFailures = 0;
  }
}
