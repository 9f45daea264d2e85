package io.trireme.server.protocol;

import java.util.Collection;
import java.util.TreeMap;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** What a server holds, by group and by block. */
final class Replicas implements AutoCloseable {

  private final TreeMap<Integer, Replica> byGroup = new TreeMap<>();
  private final Int2ObjectHashMap<ReplicaBlock> byBlock = new Int2ObjectHashMap<>();

  void add(Replica replica) {
    byGroup.put(replica.group().index(), replica);
    for (ReplicaBlock block : replica.blocks()) {
      byBlock.put(block.block().index(), block);
    }
  }

  /** Frees one and forgets it. */
  void drop(int group) {
    Replica replica = byGroup.remove(group);
    if (replica != null) {
      replica.blocks().forEach(block -> byBlock.remove(block.block().index()));
      replica.blocks().forEach(block -> block.ledger().open(replica.step()));
      replica.close();
    }
  }

  /** All of them, in the order of their groups. */
  Collection<Replica> all() {
    return byGroup.values();
  }

  @Nullable Replica group(int index) {
    return byGroup.get(index);
  }

  @Nullable ReplicaBlock block(int index) {
    return byBlock.get(index);
  }

  /** The replica of a group that must be there. */
  Replica require(int group) {
    Replica replica = byGroup.get(group);
    if (replica == null) {
      throw new IllegalArgumentException("group " + group + " is not on this server");
    }
    return replica;
  }

  /** The block that must be there. */
  ReplicaBlock requireBlock(int index) {
    ReplicaBlock block = byBlock.get(index);
    if (block == null) {
      throw new IllegalArgumentException("block " + index + " is not on this server");
    }
    return block;
  }

  @Override
  public void close() {
    try {
      CloseHelper.closeAll(byGroup.values());
    } finally {
      byGroup.clear();
      byBlock.clear();
    }
  }
}
