package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import java.util.List;

/** One block group on the server that holds it. */
final class HostedGroup {

  private final BlockGroup group;
  private final GroupUpdater updater;
  private final List<HostedBlock> blocks;
  private int reducedBlocks;

  HostedGroup(
      BlockGroup group,
      BlockPlan plan,
      GroupUpdater updater,
      ReductionTree tree,
      ContributionPool pool,
      long firstStep) {
    this.group = group;
    this.updater = updater;
    List<Block> members = plan.blocksOf(group);
    this.blocks =
        members.stream()
            .map(
                block ->
                    new HostedBlock(block, this, new BlockLedger(block, tree, pool, firstStep)))
            .toList();
  }

  BlockGroup group() {
    return group;
  }

  GroupUpdater updater() {
    return updater;
  }

  List<HostedBlock> blocks() {
    return blocks;
  }

  /** Notes that one more block's sum is there; true if that was the last one. */
  boolean blockReduced() {
    reducedBlocks++;
    if (reducedBlocks < blocks.size()) {
      return false;
    }
    reducedBlocks = 0;
    return true;
  }
}
