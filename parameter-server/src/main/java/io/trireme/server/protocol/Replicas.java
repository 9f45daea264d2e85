package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.kernels.compression.CompressionSchedule;
import io.trireme.kernels.optimizer.GroupUpdater;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The groups that a server holds: makes them, frees them, and finds them by group and by block. */
final class Replicas implements AutoCloseable {

  private final ServerOptions options;
  private final GroupUpdaters updaters;
  private final Aggregation aggregation;
  private final TreeMap<Integer, Replica> byGroup = new TreeMap<>();
  private final Int2ObjectHashMap<ReplicaBlock> byBlock = new Int2ObjectHashMap<>();

  Replicas(ServerOptions options, GroupUpdaters updaters, Aggregation aggregation) {
    this.options = options;
    this.updaters = updaters;
    this.aggregation = aggregation;
  }

  /** Fetches groups as they are before the first step; may block. */
  void load(List<Integer> groups) {
    for (int index : groups) {
      BlockGroup group = options.plan().groups().get(index);
      Replica replica = add(group, updaters.first(group));
      updaters.restore(group, replica.state().codecState());
      replica.complete(options.firstStep());
    }
  }

  private Replica add(BlockGroup group, GroupUpdater updater) {
    Replica replica = new Replica(group, options, updater, aggregation);
    byGroup.put(group.index(), replica);
    replica.blocks().forEach(block -> byBlock.put(block.index(), block));
    return replica;
  }

  /**
   * Holds the groups that a generation gives to this server, and no others. Of the open step
   * nothing is kept that the generation does not take for counted: it is gathered anew.
   *
   * @throws IllegalStateException if it is to be the primary of a group that it has no whole state
   *     of
   */
  void hold(Membership membership) {
    int self = options.self().index();
    for (int index = 0; index < membership.groups().size(); index++) {
      GroupHolders holders = membership.groups().get(index);
      Replica replica = byGroup.get(index);
      if (holders.primary() == self) {
        if (replica == null || !replica.isWhole()) {
          throw new IllegalStateException(
              options.self() + " is to serve group " + index + ", of which it has no whole state");
        }
        if (!options.streams()
            && !membership.counted().isEmpty()
            && membership.lacks(index, 0) <= replica.step()) {
          replica.reopen();
        }
      } else if (holders.backup() != self) {
        drop(index);
      } else if (replica == null) {
        BlockGroup group = options.plan().groups().get(index);
        add(group, updaters.blank(group));
      } else {
        replica.reopen();
      }
    }
  }

  private void drop(int group) {
    Replica replica = byGroup.remove(group);
    if (replica != null) {
      replica.blocks().forEach(block -> byBlock.remove(block.index()));
      replica.close();
    }
  }

  /** Blocks travel so in this generation. */
  void enter(CompressionSchedule schedule) {
    byGroup.values().forEach(replica -> replica.enter(schedule));
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
