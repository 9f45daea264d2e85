package io.trireme.server.protocol;

import io.trireme.common.slots.ReductionTree;
import io.trireme.kernels.sum.BlockSum;

/** Every step waits for every slot (bulk synchronous): its gradient is the sum along the tree. */
final class WholeSteps implements Aggregation {

  private final ServerOptions options;
  private final ServerRules rules;
  private final ReductionTree tree;
  private final ContributionPool pool;
  private final BlockSum kernel = new BlockSum();
  private Clipping clipping = Clipping.NONE;

  WholeSteps(ServerOptions options, ServerRules rules, ContributionPool pool) {
    this.options = options;
    this.rules = rules;
    this.pool = pool;
    this.tree = new ReductionTree(options.slots().slots());
  }

  @Override
  public GroupAggregation of(Replica replica) {
    return new GroupSteps(replica, this);
  }

  /** Counts the contributions to a block. */
  BlockLedger ledger(ReplicaBlock block) {
    return new BlockLedger(
        block.block(), tree, pool, block.intake(), rules, block.replica().step());
  }

  ServerOptions options() {
    return options;
  }

  BlockSum kernel() {
    return kernel;
  }

  /** Finds the factor of each mean gradient. */
  Clipping clipping() {
    return clipping;
  }

  @Override
  public void enter(Sessions sessions, Replicas replicas) {
    clipping =
        options.clipGlobalNorm() > 0 ? new NormClipping(options, rules, sessions) : Clipping.NONE;
    for (Replica replica : replicas.all()) {
      if (replica.isPrimary()) {
        replica.aggregation().begin(sessions);
      }
    }
    clipping.begin();
    for (Replica replica : replicas.all()) {
      if (replica.isPrimary()) {
        replica.aggregation().resume();
      }
    }
  }

  @Override
  public boolean takeShare(int block, long step, double sumOfSquares) {
    return clipping.takeShare(block, step, sumOfSquares);
  }

  @Override
  public void seal() {
    clipping = Clipping.NONE;
  }

  @Override
  public long staleness() {
    return 0;
  }
}
