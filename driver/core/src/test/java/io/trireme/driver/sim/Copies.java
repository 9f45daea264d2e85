package io.trireme.driver.sim;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which servers have the state of each group, as it is and not as anyone says: one has it when it
 * has loaded it, or has made an update whose result is right. So it tells whether state had to be
 * lost, and whether workers have more than was held twice.
 */
final class Copies {

  private static final class Copy {
    final Host host;
    final long sinceNs;
    long step;

    /** Stands for the parameters before that step, and before the step before it. */
    int bits;

    int bitsBefore;

    Copy(Host host, long sinceNs) {
      this.host = host;
      this.sinceNs = sinceNs;
    }
  }

  private final Oracle oracle;
  private final boolean replicated;
  private final List<Map<Peer, Copy>> groups = new ArrayList<>();

  /** Servers that have failed; a generation may still be formed with what they sealed with. */
  private final Set<Peer> failed = new HashSet<>();

  private int exposed;

  /** Stands for the parameters of each group before that step. */
  private final Map<Integer, Integer> releasedBits = new HashMap<>();

  /** The newest step of which any worker has had all parameters. */
  private long released;

  /** Of a run whose groups have a backup each, or none. */
  Copies(Oracle oracle, boolean replicated) {
    this.oracle = oracle;
    this.replicated = replicated;
    for (int group = 0; group < oracle.plan.groups().size(); group++) {
      groups.add(new LinkedHashMap<>());
    }
  }

  /** A server has all of a group as it is before a step. */
  void has(int group, Peer server, Host host, long step, int bits, long nowNs) {
    Copy copy = groups.get(group).computeIfAbsent(server, unused -> new Copy(host, nowNs));
    copy.bitsBefore = step == copy.step ? copy.bitsBefore : copy.bits;
    copy.bits = bits;
    copy.step = step;
    if (step == released) {
      agree(group, bits, server);
    }
  }

  /** What workers have, all servers have that have it at all. */
  private void agree(int group, int bits, Peer server) {
    Integer first = releasedBits.putIfAbsent(group, bits);
    if (first != null && first != bits) {
      throw new InvariantBroken(
          Invariant.REPLICAS_AGREE,
          server + " has other parameters of group " + group + " before step " + released);
    }
  }

  /** A server lets go of what it has of a group. */
  void drops(int group, Peer server) {
    groups.get(group).remove(server);
  }

  /** A server has failed, and with it goes all that it had. */
  void fails(Peer server) {
    failed.add(server);
    groups.forEach(copies -> copies.remove(server));
  }

  /**
   * How often a group that was on two servers was to be on one of them and on another that lacked
   * it: until that has it, one loss is enough.
   */
  int exposed() {
    return exposed;
  }

  /** A generation was formed: who is in it and is to hold a group no more lets go of it. */
  void onFormed(Membership formed, long nowNs) {
    for (int group = 0; group < groups.size(); group++) {
      GroupHolders holders = formed.groups().get(group);
      int kept = 0;
      int dropped = 0;
      Iterator<Map.Entry<Peer, Copy>> copies = groups.get(group).entrySet().iterator();
      while (copies.hasNext()) {
        Map.Entry<Peer, Copy> copy = copies.next();
        if (holds(formed, holders, copy.getKey())) {
          kept++;
        } else {
          dropped += isThere(copy.getValue(), nowNs) ? 1 : 0;
          copies.remove();
        }
      }
      Peer primary = formed.server(holders.primary()).peer();
      Copy first = groups.get(group).get(primary);
      if (replicated && !failed.contains(primary) && (first == null || !isCurrent(first))) {
        throw new InvariantBroken(
            Invariant.RELEASED_IS_KEPT,
            primary
                + " is to serve group "
                + group
                + " from step "
                + (first == null ? "none" : first.step)
                + " on, and workers have step "
                + released);
      }
      exposed += replicated && kept < 2 && kept + dropped >= 2 ? 1 : 0;
    }
  }

  private static boolean holds(Membership formed, GroupHolders holders, Peer server) {
    int index = server.index();
    return (index == holders.primary() || index == holders.backup())
        && formed.server(index).peer().equals(server);
  }

  private static boolean isThere(Copy copy, long nowNs) {
    return copy.host.alive && !copy.host.mayBeGivenUp(copy.sinceNs, nowNs);
  }

  /** A worker has all parameters of a step. */
  void onReleased(long step) {
    if (step <= released) {
      return;
    }
    released = step;
    releasedBits.clear();
    for (int group = 0; group < groups.size(); group++) {
      for (Map.Entry<Peer, Copy> one : groups.get(group).entrySet()) {
        Copy copy = one.getValue();
        if (copy.host.alive && (copy.step == step || copy.step == step + 1)) {
          agree(group, copy.step == step ? copy.bits : copy.bitsBefore, one.getKey());
        }
      }
    }
    for (int group = 0; replicated && group < groups.size(); group++) {
      int alive = 0;
      int current = 0;
      for (Copy copy : groups.get(group).values()) {
        if (copy.host.alive) {
          alive++;
          current += isCurrent(copy) ? 1 : 0;
        }
      }
      if (current < Math.min(2, alive)) {
        throw new InvariantBroken(
            Invariant.RELEASED_IS_HELD_TWICE,
            "a worker begins step "
                + step
                + ", and of the "
                + alive
                + " servers that have group "
                + group
                + " only "
                + current
                + " are at it");
      }
    }
  }

  /** Whether a worker can have nothing newer of the group. */
  private boolean isCurrent(Copy copy) {
    return oracle.updatesBefore(copy.step) >= oracle.updatesBefore(released);
  }

  /** Whether the run has to be given up: nobody is left who has some group. */
  boolean isLost(long nowNs) {
    return groups.stream()
        .anyMatch(
            copies ->
                copies.values().stream()
                    .noneMatch(copy -> isThere(copy, nowNs) && isCurrent(copy)));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int group = 0; group < groups.size(); group++) {
      text.append(" group ").append(group).append(':');
      groups
          .get(group)
          .forEach(
              (peer, copy) ->
                  text.append(' ')
                      .append(peer)
                      .append(" on ")
                      .append(copy.host)
                      .append(" at ")
                      .append(copy.step)
                      .append(copy.host.alive ? "" : " (dead)"));
    }
    return text.toString();
  }
}
