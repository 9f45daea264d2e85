package io.trireme.driver.sim;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.ServerMember;
import io.trireme.common.message.WorkerMember;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.Peer;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.driver.coordinator.CoordinatorPhase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is so after every event of a run. */
final class Invariants {

  /** The longest that nothing at all may move: every wait has ended by then. */
  static final long DEADLINE_NS = 30_000 * Scheduler.MS;

  private record GroupAt(int generation, int group) {}

  private final Oracle oracle;
  private final Copies copies;
  private final long staleness;
  private final Map<GroupAt, Peer> owners = new HashMap<>();
  private final Map<Integer, long[]> pushed = new HashMap<>();
  private final Map<Integer, Peer> lives = new HashMap<>();
  private final Set<Peer> replaced = new HashSet<>();
  private @Nullable Membership formed;
  private long movedNs;
  private long gainedNs;
  private @Nullable CoordinatorPhase standing;
  private long had;

  /**
   * Of a run.
   *
   * @param staleness how far workers may be ahead of each other; negative where they are not
   */
  Invariants(Oracle oracle, Copies copies, long staleness) {
    this.oracle = oracle;
    this.copies = copies;
    this.staleness = staleness;
  }

  /** Looks at a run after an event. */
  void after(Coordinator coordinator, long told, long committed, long nowNs) {
    Membership newest = coordinator.membership();
    if (newest != null && newest != formed) {
      onFormed(newest);
      copies.onFormed(newest, nowNs);
    }
    long gained = told + committed + coordinator.restarts() + coordinator.executors();
    CoordinatorPhase phase = coordinator.phase();
    boolean moved = gained != had || phase != standing;
    if (gained != had || gainedNs == 0) {
      gainedNs = nowNs;
    } else if (nowNs - gainedNs > 2 * DEADLINE_NS) {
      throw new InvariantBroken(
          Invariant.SOMETHING_IS_GAINED,
          "generations follow each other and gain nothing: " + newest + " in phase " + phase);
    }
    had = gained;
    standing = phase;
    if (moved || movedNs == 0) {
      movedNs = nowNs;
    } else if (nowNs - movedNs > DEADLINE_NS) {
      throw new InvariantBroken(
          Invariant.SOMETHING_MOVES,
          "nothing has moved for "
              + DEADLINE_NS / Scheduler.MS
              + " ms, in phase "
              + phase
              + " of "
              + newest);
    }
  }

  private void onFormed(Membership next) {
    if (formed != null && next.generation() <= formed.generation()) {
      throw new InvariantBroken(
          Invariant.GENERATIONS_COVER_ALL, "generation " + next.generation() + " after " + formed);
    }
    formed = next;
    movedNs = 0;
    Set<Integer> members = new HashSet<>();
    for (Peer peer : next.peers()) {
      Peer before = lives.put(peer.id(), peer);
      if (before != null && !before.equals(peer)) {
        replaced.add(before);
      }
      if (!members.add(peer.id()) || replaced.contains(peer)) {
        throw new InvariantBroken(
            Invariant.LIVES_DO_NOT_COME_BACK, peer + " is a member again, or twice, of " + next);
      }
    }
    int slot = 0;
    for (WorkerMember worker : next.workers()) {
      if (worker.slotFrom() != slot || worker.slotTo() <= slot) {
        throw new InvariantBroken(
            Invariant.GENERATIONS_COVER_ALL, "slot " + slot + " is not computed once in " + next);
      }
      slot = worker.slotTo();
    }
    if (slot != oracle.slots.slots() || next.groups().size() != oracle.plan.groups().size()) {
      throw new InvariantBroken(
          Invariant.GENERATIONS_COVER_ALL, "not all slots or groups have an owner in " + next);
    }
    for (GroupHolders holders : next.groups()) {
      if (!isServer(next, holders.primary())
          || holders.primary() == holders.backup()
          || (holders.backup() != GroupHolders.NONE && !isServer(next, holders.backup()))) {
        throw new InvariantBroken(
            Invariant.GENERATIONS_COVER_ALL, holders + " are no two servers of " + next);
      }
    }
    if (staleness >= 0) {
      long[] first = new long[oracle.slots.slots()];
      for (int i = 0; i < first.length; i++) {
        first[i] = next.firstStepOf(i);
      }
      pushed.put(next.generation(), first);
    }
  }

  private static boolean isServer(Membership formed, int index) {
    return formed.servers().stream()
        .map(ServerMember::peer)
        .anyMatch(peer -> peer.index() == index);
  }

  /** A server has added up a step of a group: in a generation, no other server may. */
  void gathers(int generation, int group, Peer server) {
    Peer owner = owners.putIfAbsent(new GroupAt(generation, group), server);
    if (owner != null && !owner.equals(server)) {
      throw new InvariantBroken(
          Invariant.A_GROUP_HAS_ONE_OWNER,
          "group "
              + group
              + " has two owners in generation "
              + generation
              + ": "
              + owner
              + ", "
              + server);
    }
  }

  /** A worker begins a step: no slot may be further behind than the bound allows. */
  void begins(Peer worker, int generation, long step) {
    long[] done = pushed.get(generation);
    for (int slot = 0; staleness >= 0 && done != null && slot < done.length; slot++) {
      if (step - done[slot] > staleness) {
        throw new InvariantBroken(
            Invariant.STALENESS_IS_BOUNDED,
            worker
                + " begins step "
                + step
                + " while slot "
                + slot
                + " is at step "
                + done[slot]
                + ", more than "
                + staleness
                + " behind");
      }
    }
  }

  /** A worker has computed a step of the slots under a node, and pushes it. */
  void pushed(int generation, TreeNode node, long step) {
    long[] done = pushed.get(generation);
    for (int slot = node.lo(); done != null && slot < node.hi(); slot++) {
      done[slot] = Math.max(done[slot], step + 1);
    }
  }
}
