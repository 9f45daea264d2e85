package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.WorkerMember;
import io.trireme.kernels.sum.BlockSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Workers do not wait for each other's steps: each slot is a stream of steps of its own (stale
 * synchronous, and asynchronous where there is no bound).
 *
 * <p>Gradients are added up in the order in which they are whole. The mean of as many as a step has
 * slots makes one update (the 1-softsync of Zhang, Gupta, Lian and Liu, 2016), so that there are as
 * many updates, of the same size, as steps.
 *
 * <p>A worker may begin a step when all that it has pushed is counted, and no slot is further
 * behind than the bound allows (stale synchronous parallel: Ho et al., 2013). The last answer waits
 * for all slots, so that all workers end with the same parameters.
 */
final class SlotStreams implements Aggregation {

  private static final class Reader {
    final WorkerLink link;
    final int slotFrom;
    final int slotTo;

    /** The step that is answered next, by group. */
    final long[] next;

    Reader(WorkerLink link, WorkerMember member, long first, int groups) {
      this.link = link;
      this.slotFrom = member.slotFrom();
      this.slotTo = member.slotTo();
      this.next = new long[groups];
      Arrays.fill(next, first);
    }
  }

  private final ServerOptions options;
  private final ContributionPool pool;
  private final BlockSum kernel = new BlockSum();
  private final List<Reader> readers = new ArrayList<>();
  private long greatestLead;

  SlotStreams(ServerOptions options, ContributionPool pool) {
    this.options = options;
    this.pool = pool;
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

  /**
   * Has the workers of a generation: each begins with the first step that one of its slots lacks.
   */
  @Override
  public void enter(Sessions sessions, Replicas replicas) {
    readers.clear();
    Membership membership = sessions.membership();
    for (WorkerMember member : membership.workers()) {
      readers.add(
          new Reader(
              sessions.requireWorker(member.peer().id()),
              member,
              membership.firstStepOf(member),
              membership.groups().size()));
    }
    for (Replica replica : replicas.all()) {
      if (replica.isPrimary()) {
        replica.aggregation().begin(sessions);
      }
    }
  }

  /** Answers all workers that may be answered now about a group. */
  void answer(GroupStreams group) {
    Replica replica = group.replica();
    int index = replica.group().index();
    long slowest = group.slowest();
    for (int i = 0; i < readers.size(); i++) {
      Reader reader = readers.get(i);
      while (isDue(reader, reader.next[index], group, slowest)) {
        long step = reader.next[index]++;
        greatestLead = Math.max(greatestLead, step - slowest);
        for (int b = 0; b < replica.blocks().size(); b++) {
          reader.link.offer(replica.blocks().get(b), step, true);
        }
      }
    }
  }

  private boolean isDue(Reader reader, long step, GroupStreams group, long slowest) {
    long last = options.lastStep();
    long mustHave = step == last ? last : step - options.staleness();
    if (step > last || slowest < mustHave) {
      return false;
    }
    for (int slot = reader.slotFrom; slot < reader.slotTo; slot++) {
      if (group.clock(slot) < step) {
        return false;
      }
    }
    return true;
  }

  /** There is no step that all groups share, and so no norm. */
  @Override
  public boolean takeShare(int block, long step, double sumOfSquares) {
    return false;
  }

  @Override
  public void seal() {
    readers.clear();
  }

  /** The most steps that a worker was ever ahead of the slowest slot when it was answered. */
  @Override
  public long staleness() {
    return greatestLead;
  }
}
