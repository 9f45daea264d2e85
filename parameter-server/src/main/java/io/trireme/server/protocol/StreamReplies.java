package io.trireme.server.protocol;

import io.trireme.common.message.Membership;
import io.trireme.common.message.WorkerMember;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers workers where they do not wait for each other's steps: a worker may begin a step when all
 * that it has pushed is counted, and nobody is further behind than the bound allows (stale
 * synchronous parallel: Ho et al., 2013). The last answer waits for everybody, so that all end with
 * the same parameters.
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
      java.util.Arrays.fill(next, first);
    }
  }

  private final long staleness;
  private final long lastStep;
  private final List<Reader> readers = new ArrayList<>();
  private long worst;

  /** Replies that let nobody be more than {@code staleness} steps ahead of the slowest. */
  StreamReplies(long staleness, long lastStep) {
    this.staleness = staleness;
    this.lastStep = lastStep;
  }

  void clear() {
    readers.clear();
  }

  /**
   * Adds a worker of the generation, which begins with the first step that one of its slots lacks.
   */
  void add(WorkerLink link, WorkerMember member, Membership membership) {
    readers.add(
        new Reader(link, member, membership.firstStepOf(member), membership.groups().size()));
  }

  /** Answers whoever may be answered now about a group. */
  void answer(Replica replica, SlotStreams streams) {
    int group = replica.group().index();
    long slowest = streams.slowest();
    for (int i = 0; i < readers.size(); i++) {
      Reader reader = readers.get(i);
      while (isDue(reader, reader.next[group], streams, slowest)) {
        long step = reader.next[group]++;
        worst = Math.max(worst, step - slowest);
        for (int b = 0; b < replica.blocks().size(); b++) {
          reader.link.offer(replica.blocks().get(b).block().index(), step, true);
        }
      }
    }
  }

  private boolean isDue(Reader reader, long step, SlotStreams streams, long slowest) {
    long mustHave = step == lastStep ? lastStep : step - staleness;
    if (step > lastStep || slowest < mustHave) {
      return false;
    }
    for (int slot = reader.slotFrom; slot < reader.slotTo; slot++) {
      if (streams.clock(slot) < step) {
        return false;
      }
    }
    return true;
  }

  /** The most steps that a worker was ever ahead of the slowest slot when it was answered. */
  long worst() {
    return worst;
  }
}
