package io.trireme.driver.coordinator;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.ServerReport.GroupStep;
import java.util.ArrayList;
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
   * @param generation the generation in which they did; 0 before the first
   * @param alive the servers, by index
   * @return null if a group is on none of them
   */
  @Nullable List<GroupHolders> next(
      List<GroupHolders> before, int generation, Map<Integer, ServerView> alive) {
    Held held = new Held(before, generation, alive);
    List<Integer> primaries = new ArrayList<>();
    for (int group = 0; group < lengths.size(); group++) {
      int primary = held.primary(group);
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
    balance(primaries, held, load);
    List<GroupHolders> holders = new ArrayList<>();
    for (int group = 0; group < lengths.size(); group++) {
      int primary = primaries.get(group);
      int backup = backup(primary, before.get(group), alive, load);
      if (backup != GroupHolders.NONE) {
        load.merge(backup, lengths.get(group), Long::sum);
      }
      holders.add(new GroupHolders(primary, backup, held.follows(group, backup, primary)));
    }
    return holders;
  }

  /**
   * What counts of what servers hold: of a group, what its holders have. One that was no holder, or
   * has not entered the generation that was to bring it up, may have what others have left behind.
   */
  private record Held(List<GroupHolders> before, int generation, Map<Integer, ServerView> alive) {

    private long step(int group, int server) {
      GroupHolders holders = before.get(group);
      ServerView view = alive.get(server);
      GroupStep held = view == null ? null : view.held(group);
      boolean counts =
          server == holders.primary()
              || (server == holders.backup()
                  && (holders.current() || (held != null && held.asOf() == generation)));
      return held == null || !counts ? ServerView.ABSENT : held.step();
    }

    /**
     * The holder that serves next. The primary stays, also where its backup is a step ahead: it has
     * that step's gradient, and applies it when it hears from the backup.
     */
    int primary(int group) {
      GroupHolders holders = before.get(group);
      long own = step(group, holders.primary());
      long other = step(group, holders.backup());
      if (own == ServerView.ABSENT && other == ServerView.ABSENT) {
        return GroupHolders.NONE;
      }
      return own != ServerView.ABSENT && own + 1 >= other ? holders.primary() : holders.backup();
    }

    /** Whether a backup has all that the primary has, or is a step ahead. */
    boolean follows(int group, int backup, int primary) {
      long step = step(group, backup);
      long ofPrimary = step(group, primary);
      return step != ServerView.ABSENT && (step == ofPrimary || step == ofPrimary + 1);
    }

    boolean areEqual(int group, int server, int primary) {
      long step = step(group, server);
      return step != ServerView.ABSENT && step == step(group, primary);
    }
  }

  /** Lets a backup take over where that lowers the larger load of the two. */
  private void balance(List<Integer> primaries, Held held, Map<Integer, Long> load) {
    for (int group = 0; group < lengths.size(); group++) {
      int primary = primaries.get(group);
      GroupHolders before = held.before().get(group);
      for (int other : List.of(before.primary(), before.backup())) {
        if (other != primary
            && held.areEqual(group, other, primary)
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
