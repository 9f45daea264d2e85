package io.trireme.server.protocol;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The blocks that a server holds, by their index in the plan. */
final class HostedBlocks {

  private final Int2ObjectHashMap<HostedBlock> byIndex = new Int2ObjectHashMap<>();

  HostedBlocks(Iterable<HostedGroup> groups) {
    for (HostedGroup group : groups) {
      for (HostedBlock block : group.blocks()) {
        byIndex.put(block.block().index(), block);
      }
    }
  }

  @Nullable HostedBlock find(int index) {
    return byIndex.get(index);
  }

  HostedBlock of(int index) {
    HostedBlock block = byIndex.get(index);
    if (block == null) {
      throw new IllegalArgumentException("block " + index + " is not on this server");
    }
    return block;
  }
}
