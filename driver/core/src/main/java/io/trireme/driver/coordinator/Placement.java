package io.trireme.driver.coordinator;

import io.trireme.common.message.GroupHolders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which servers hold which block groups: balanced by floats, and as few groups move as can
 * be.
 */
public final class Placement {

  private final List<Long> lengths;
  private final int replicas;

  Placement(List<Long> lengths, int replicas) {
    this.lengths = lengths;
    this.replicas = replicas;
  }

  /** Where groups begin, before any server holds one: in contiguous shares. */
  List<GroupHolders> first(int servers, List<ExecutorView> executors) {
    List<Integer> starts = shares(lengths, servers);
    List<GroupHolders> holders = new ArrayList<>();
    for (int server = 0; server < servers; server++) {
      int backup = replicas == 0 || servers == 1 ? GroupHolders.NONE : neighbour(server, executors);
      for (int group = starts.get(server); group < starts.get(server + 1); group++) {
        holders.add(new GroupHolders(server, backup, true));
      }
    }
    return holders;
  }

  /** The next server that lives on another host, else on another executor, else the next. */
  private static int neighbour(int server, List<ExecutorView> executors) {
    int servers = executors.size();
    for (int i = 1; i < servers; i++) {
      int other = (server + i) % servers;
      if (!executors.get(other).host().equals(executors.get(server).host())) {
        return other;
      }
    }
    for (int i = 1; i < servers; i++) {
      int other = (server + i) % servers;
      if (executors.get(other) != executors.get(server)) {
        return other;
      }
    }
    return (server + 1) % servers;
  }

  /**
   * Where each of so many servers' groups begin: server i holds the groups from entry i up to entry
   * i+1.
   *
   * @throws IllegalArgumentException if there are fewer groups than servers
   */
  public static List<Integer> shares(List<Long> lengths, int servers) {
    if (lengths.size() < servers) {
      throw new IllegalArgumentException(
          "servers: "
              + servers
              + ", but the model has only "
              + lengths.size()
              + " block group(s) to share out; set servers to at most that");
    }
    long total = lengths.stream().mapToLong(Long::longValue).sum();
    List<Integer> starts = new ArrayList<>(servers + 1);
    starts.add(0);
    int next = 0;
    long placed = 0;
    for (int server = 1; server < servers; server++) {
      long target = total * server / servers;
      int mayTakeTo = lengths.size() - (servers - server);
      placed += lengths.get(next++);
      while (next < mayTakeTo && closer(placed, lengths.get(next), target)) {
        placed += lengths.get(next++);
      }
      starts.add(next);
    }
    starts.add(lengths.size());
    return List.copyOf(starts);
  }

  private static boolean closer(long placed, long length, long target) {
    return Math.abs(placed + length - target) <= Math.abs(target - placed);
  }

  /**
   * Who holds the groups in the next generation, among servers that have sealed for it.
   *
   * @param before who held them, or was to
   * @param alive the servers, by index
   * @return null if a group is on none of them
   */
  @Nullable List<GroupHolders> next(List<GroupHolders> before, Map<Integer, ServerView> alive) {
    List<Integer> primaries = new ArrayList<>();
    for (int group = 0; group < lengths.size(); group++) {
      int primary = primary(group, before.get(group), alive);
      if (primary == GroupHolders.NONE) {
        return null;
      }
      primaries.add(primary);
    }
    Map<Integer, Long> load = new TreeMap<>();
    alive.keySet().forEach(server -> load.put(server, 0L));
    for (int group = 0; group < lengths.size(); group++) {
      load.merge(primaries.get(group), lengths.get(group), Long::sum);
    }
    balance(primaries, before, alive, load);
    List<GroupHolders> holders = new ArrayList<>();
    for (int group = 0; group < lengths.size(); group++) {
      int primary = primaries.get(group);
      int backup = backup(primary, before.get(group), alive, load);
      if (backup != GroupHolders.NONE) {
        load.merge(backup, lengths.get(group), Long::sum);
      }
      boolean current =
          backup != GroupHolders.NONE
              && at(alive, backup).stepOf(group) == at(alive, primary).stepOf(group);
      holders.add(new GroupHolders(primary, backup, current));
    }
    return holders;
  }

  private static int primary(int group, GroupHolders before, Map<Integer, ServerView> alive) {
    int best = GroupHolders.NONE;
    long bestStep = ServerView.ABSENT;
    for (int server : ordered(before, alive.keySet())) {
      ServerView view = alive.get(server);
      long step = view == null ? ServerView.ABSENT : view.stepOf(group);
      if (step > bestStep) {
        best = server;
        bestStep = step;
      }
    }
    return best;
  }

  /** Those that held the group first, so that they are kept where nothing speaks against it. */
  private static List<Integer> ordered(GroupHolders before, Collection<Integer> servers) {
    List<Integer> ordered = new ArrayList<>();
    ordered.add(before.primary());
    ordered.add(before.backup());
    ordered.addAll(servers);
    return ordered;
  }

  /** Lets a backup take over where that lowers the larger load of the two. */
  private void balance(
      List<Integer> primaries,
      List<GroupHolders> before,
      Map<Integer, ServerView> alive,
      Map<Integer, Long> load) {
    for (int group = 0; group < lengths.size(); group++) {
      int primary = primaries.get(group);
      for (int other : List.of(before.get(group).primary(), before.get(group).backup())) {
        ServerView view = alive.get(other);
        if (other != primary
            && view != null
            && view.stepOf(group) == at(alive, primary).stepOf(group)
            && at(load, other) + lengths.get(group) < at(load, primary)) {
          load.merge(primary, -lengths.get(group), Long::sum);
          load.merge(other, lengths.get(group), Long::sum);
          primaries.set(group, other);
          break;
        }
      }
    }
  }

  private int backup(
      int primary, GroupHolders before, Map<Integer, ServerView> alive, Map<Integer, Long> load) {
    if (replicas == 0 || alive.size() < 2) {
      return GroupHolders.NONE;
    }
    ExecutorView home = at(alive, primary).executor();
    boolean elsewhere = alive.values().stream().anyMatch(server -> server.executor() != home);
    for (int kept : List.of(before.backup(), before.primary())) {
      ServerView view = alive.get(kept);
      if (kept != primary && view != null && (view.executor() != home || !elsewhere)) {
        return kept;
      }
    }
    int best = GroupHolders.NONE;
    int bestDistance = -1;
    for (int server : alive.keySet()) {
      if (server == primary) {
        continue;
      }
      int distance = distance(home, at(alive, server).executor());
      if (distance > bestDistance
          || (distance == bestDistance && at(load, server) < at(load, best))) {
        best = server;
        bestDistance = distance;
      }
    }
    return best;
  }

  private static int distance(ExecutorView one, ExecutorView other) {
    if (one == other) {
      return 0;
    }
    return one.host().equals(other.host()) ? 1 : 2;
  }

  private static <V> V at(Map<Integer, V> map, int server) {
    V value = map.get(server);
    if (value == null) {
      throw new IllegalArgumentException("server " + server + " is not there");
    }
    return value;
  }
}
