package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.WorkerMember;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Answers workers where they do not wait for each other's steps: a worker may begin a step when all
 * that it has pushed is counted, and no slot is further behind than the bound allows (stale
 * synchronous parallel: Ho et al., 2013). The last answer waits for all slots, so that all workers
 * end with the same parameters.
 */
final class StreamReplies {

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

  private final long staleness;
  private final long lastStep;
  private final List<Reader> readers = new ArrayList<>();
  private long greatestLead;

  /** Replies that let no worker be more than {@code staleness} steps ahead of the slowest slot. */
  StreamReplies(long staleness, long lastStep) {
    this.staleness = staleness;
    this.lastStep = lastStep;
  }

  /**
   * Has the workers of a generation: each begins with the first step that one of its slots lacks.
   */
  void enter(Sessions sessions) {
    clear();
    Membership membership = sessions.membership();
    for (WorkerMember member : membership.workers()) {
      readers.add(
          new Reader(
              sessions.requireWorker(member.peer().id()),
              member,
              membership.firstStepOf(member),
              membership.groups().size()));
    }
  }

  void clear() {
    readers.clear();
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
    long mustHave = step == lastStep ? lastStep : step - staleness;
    if (step > lastStep || slowest < mustHave) {
      return false;
    }
    for (int slot = reader.slotFrom; slot < reader.slotTo; slot++) {
      if (group.clock(slot) < step) {
        return false;
      }
    }
    return true;
  }

  /** The most steps that a worker was ever ahead of the slowest slot when it was answered. */
  long greatestLead() {
    return greatestLead;
  }
}
