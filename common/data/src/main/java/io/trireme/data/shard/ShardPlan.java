package io.trireme.data.shard;

import io.trireme.data.schema.ExampleSchema;

/**
 * How a set is cut into shards: by its examples alone, so that shards do not depend on the cluster
 * that made them. Up to eight shards of at least a mebibyte, so that small sets are made in
 * parallel; larger sets have shards of at most 64 MiB.
 */
public final class ShardPlan {
  /** Bytes that a shard does not exceed by more than an example. */
  public static final long MAX_SHARD_BYTES = 64 << 20;

  private static final long MIN_SHARD_BYTES = 1 << 20;
  private static final long WANTED_SHARDS = 8;

  private ShardPlan() {}

  /**
   * The most examples of a shard.
   *
   * @param examples examples of the whole set; negative if not known
   */
  public static int examplesPerShard(ExampleSchema schema, long examples) {
    long exampleBytes =
        schema.tensors().stream()
            .mapToLong(tensor -> (long) tensor.length() * tensor.type().bytes())
            .sum();
    long perShard = Math.max(1, MAX_SHARD_BYTES / exampleBytes);
    if (examples >= 0) {
      long totalBytes = Math.multiplyExact(examples, exampleBytes);
      long shards = Math.max(1, Math.min(WANTED_SHARDS, totalBytes / MIN_SHARD_BYTES));
      perShard = Math.min(perShard, Math.max(1, (examples + shards - 1) / shards));
    }
    return (int) perShard;
  }
}
