package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.server.kernel.BlockSum;
import org.agrona.MutableDirectBuffer;

/** One block on the server that holds it. */
final class HostedBlock {

  private final Block block;
  private final HostedGroup group;
  private final int offsetBytes;
  private final BlockLedger ledger;

  HostedBlock(Block block, HostedGroup group, BlockLedger ledger) {
    this.block = block;
    this.group = group;
    this.offsetBytes = Math.toIntExact((block.offset() - group.group().offset()) * Float.BYTES);
    this.ledger = ledger;
  }

  Block block() {
    return block;
  }

  HostedGroup group() {
    return group;
  }

  BlockLedger ledger() {
    return ledger;
  }

  /** Holds the block's floats from {@link #offsetBytes}. */
  MutableDirectBuffer parameters() {
    return group.updater().parameters();
  }

  int offsetBytes() {
    return offsetBytes;
  }

  void reduce(BlockSum kernel) {
    ledger.reduce(kernel, group.updater().gradient(), offsetBytes);
  }
}
