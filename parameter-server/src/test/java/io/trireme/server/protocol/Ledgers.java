package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.common.wire.sbe.ContributionDecoder;
import io.trireme.common.wire.sbe.ContributionEncoder;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.sum.TreeSums;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Ledgers of one block that travels plain, and messages for them. */
final class Ledgers {
  static final int LENGTH = 6;
  static final int BYTES = LENGTH * Float.BYTES;

  private static final Block BLOCK = new Block(3, 100, LENGTH, 0);

  private Ledgers() {}

  static ContributionPool pool() {
    return new ContributionPool(BYTES, BYTES);
  }

  static BlockLedger of(int slots, ContributionPool pool, long step) {
    Block only = new Block(0, 0, LENGTH, 0);
    BlockPlan plan = new BlockPlan(List.of(only), List.of(new BlockGroup(0, 0, 1, 0, LENGTH)));
    BlockIntake intake = new BlockIntake(only, CompressionPlan.plain(plan), false);
    ReductionTree tree = new ReductionTree(slots);
    return new BlockLedger(BLOCK, tree, pool, intake, ServerRules.STANDARD, step);
  }

  /** Puts the bytes from an offset on of a node's true sum, given by slots, before a ledger. */
  static Receipt accept(
      BlockLedger ledger, float[][] slots, Peer from, TreeNode node, int offset, int bytes) {
    DirectBuffer sum = TreeSums.offHeap(TreeSums.of(slots, node));
    return accept(ledger, from, node.lo(), node.hi(), offset, sum, offset, bytes);
  }

  /** Puts any bytes before a ledger, as those at an offset of slots [lo, hi). */
  static Receipt accept(
      BlockLedger ledger,
      Peer from,
      int lo,
      int hi,
      int offset,
      DirectBuffer payload,
      int at,
      int bytes) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[ContributionEncoder.BLOCK_LENGTH + bytes]);
    new ContributionEncoder()
        .wrap(message, 0)
        .slotFrom(lo)
        .slotTo(hi)
        .codec(Codec.NONE)
        .blockBytes(BYTES)
        .frameOffset(offset);
    message.putBytes(ContributionEncoder.BLOCK_LENGTH, payload, at, bytes);
    ContributionDecoder read =
        new ContributionDecoder()
            .wrap(message, 0, ContributionDecoder.BLOCK_LENGTH, ContributionDecoder.SCHEMA_VERSION);
    return ledger.accept(from, read, bytes);
  }
}
