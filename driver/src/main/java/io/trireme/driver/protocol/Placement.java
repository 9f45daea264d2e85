package io.trireme.driver.protocol;

import io.trireme.common.layout.BlockGroup;
import java.util.ArrayList;
import java.util.List;

/** Divides block groups over servers: contiguous, none empty, balanced by their floats. */
public final class Placement {
  private Placement() {}

  /**
   * Where each server's groups begin: server i holds the groups from entry i up to entry i+1.
   *
   * @throws IllegalArgumentException if there are fewer groups than servers
   */
  public static List<Integer> of(List<BlockGroup> groups, int servers) {
    if (groups.size() < servers) {
      throw new IllegalArgumentException(
          "servers: "
              + servers
              + ", but the model has only "
              + groups.size()
              + " block group(s) to share out; set servers to at most that");
    }
    long total = groups.stream().mapToLong(BlockGroup::length).sum();
    List<Integer> starts = new ArrayList<>(servers + 1);
    starts.add(0);
    int next = 0;
    long placed = 0;
    for (int server = 1; server < servers; server++) {
      long target = total * server / servers;
      int mayTakeTo = groups.size() - (servers - server);
      placed += groups.get(next++).length();
      while (next < mayTakeTo && closer(placed, groups.get(next).length(), target)) {
        placed += groups.get(next++).length();
      }
      starts.add(next);
    }
    starts.add(groups.size());
    return List.copyOf(starts);
  }

  /** Whether taking another group brings the sum nearer to its target. */
  private static boolean closer(long placed, long length, long target) {
    return Math.abs(target - (placed + length)) <= Math.abs(target - placed);
  }
}
