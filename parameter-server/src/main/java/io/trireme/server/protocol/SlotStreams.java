package io.trireme.server.protocol;

import io.trireme.kernels.sum.BlockSum;

/**
 * Workers do not wait for each other's steps: each slot is a stream of steps of its own (stale
 * synchronous, and asynchronous where there is no bound).
 *
 * <p>Gradients are added up in the order in which they are whole. The mean of as many as a step has
 * slots makes one update (the 1-softsync of Zhang, Gupta, Lian and Liu, 2016), so that there are as
 * many updates, of the same size, as steps.
 */
final class SlotStreams implements Aggregation {

  private final ServerOptions options;
  private final ContributionPool pool;
  private final BlockSum kernel = new BlockSum();
  private final StreamReplies replies;

  SlotStreams(ServerOptions options, ContributionPool pool) {
    this.options = options;
    this.pool = pool;
    this.replies = new StreamReplies(options.staleness(), options.lastStep());
  }

  @Override
  public GroupAggregation of(Replica replica) {
    return new GroupStreams(replica, this);
  }

  ServerOptions options() {
    return options;
  }

  ContributionPool pool() {
    return pool;
  }

  BlockSum kernel() {
    return kernel;
  }

  StreamReplies replies() {
    return replies;
  }

  @Override
  public void enter(Sessions sessions, Replicas replicas) {
    replies.enter(sessions);
    for (Replica replica : replicas.all()) {
      if (replica.isPrimary()) {
        replica.aggregation().begin(sessions);
      }
    }
  }

  /** There is no step that all groups share, and so no norm. */
  @Override
  public boolean takeShare(int block, long step, double sumOfSquares) {
    return false;
  }

  @Override
  public void seal() {
    replies.clear();
  }

  @Override
  public long staleness() {
    return replies.greatestLead();
  }
}
