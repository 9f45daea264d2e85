package io.trireme.driver.prepare;

import java.util.ArrayList;
import java.util.List;

/**
 * How a set is cut into shards: by its size alone, so that shards do not depend on the cluster that
 * made them. Up to eight shards of at least a mebibyte, so that small sets are made in parallel;
 * larger sets have shards of at most 64 MiB.
 */
final class ShardPlan {
  private static final long MIN_SHARD_BYTES = 1 << 20;
  private static final long MAX_SHARD_BYTES = 64 << 20;
  private static final long WANTED_SHARDS = 8;

  private ShardPlan() {}

  /**
   * One shard.
   *
   * @param file name of its file
   * @param first index of its first example
   * @param examples number of examples
   */
  record Range(String file, long first, int examples) {}

  static List<Range> of(long examples, int exampleBytes) {
    long totalBytes = Math.multiplyExact(examples, (long) exampleBytes);
    long shards = Math.max(1, Math.min(WANTED_SHARDS, totalBytes / MIN_SHARD_BYTES));
    long perShard = (examples + shards - 1) / shards;
    perShard = Math.min(perShard, Math.max(1, MAX_SHARD_BYTES / exampleBytes));
    List<Range> ranges = new ArrayList<>();
    for (long first = 0; first < examples; first += perShard) {
      String file = "shard-%05d.arrow".formatted(ranges.size());
      ranges.add(new Range(file, first, (int) Math.min(perShard, examples - first)));
    }
    return ranges;
  }
}
