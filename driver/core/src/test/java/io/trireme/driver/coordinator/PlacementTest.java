package io.trireme.driver.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final ExecutorView A1 = new ExecutorView("1", "a");
  private static final ExecutorView A2 = new ExecutorView("2", "a");
  private static final ExecutorView B1 = new ExecutorView("3", "b");

  @Test
  void oneServerHoldsAll() {
    assertThat(Placement.shares(lengths(3, 1, 4), 1)).containsExactly(0, 3);
  }

  @Test
  void equalGroupsAreSharedEqually() {
    assertThat(Placement.shares(lengths(5, 5, 5, 5, 5, 5), 3)).containsExactly(0, 2, 4, 6);
    assertThat(Placement.shares(lengths(5, 5, 5, 5, 5), 2))
        .isIn(List.of(0, 2, 5), List.of(0, 3, 5));
  }

  @Test
  void asManyServersAsGroupsHoldOneEach() {
    assertThat(Placement.shares(lengths(1, 1000, 1, 1), 4)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void hugeGroupLeavesSomethingForEveryServer() {
    assertThat(Placement.shares(lengths(1000, 1, 1, 1), 3)).containsExactly(0, 1, 2, 4);
    assertThat(Placement.shares(lengths(1, 1, 1, 1000), 3)).containsExactly(0, 2, 3, 4);
  }

  @Test
  void sharesAreContiguousNeverEmptyAndOffByLessThanTheLargestGroup() {
    Random random = new Random(6);
    for (int round = 0; round < 20_000; round++) {
      long[] lengths = new long[1 + random.nextInt(30)];
      int skew = 1 + random.nextInt(20);
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = 1 + random.nextInt(1 << random.nextInt(skew));
      }
      List<Long> groups = lengths(lengths);
      int servers = 1 + random.nextInt(lengths.length);
      List<Integer> starts = Placement.shares(groups, servers);
      assertThat(starts).hasSize(servers + 1).startsWith(0).endsWith(groups.size());
      double total = groups.stream().mapToLong(Long::longValue).sum();
      long largest = groups.stream().mapToLong(Long::longValue).max().orElseThrow();
      for (int server = 0; server < servers; server++) {
        int from = starts.get(server);
        int to = starts.get(server + 1);
        assertThat(from).isLessThan(to);
        long load = groups.subList(from, to).stream().mapToLong(Long::longValue).sum();
        assertThat(Math.abs(load - total / servers))
            .as("server %d of %d over %s: %s", server, servers, groups, starts)
            .isLessThanOrEqualTo(largest + 1);
      }
    }
  }

  @Test
  void moreServersThanGroupsIsRefusedWithTheWayOut() {
    assertThatThrownBy(() -> Placement.shares(lengths(1, 2), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "servers: 3, but the model has only 2 block group(s) to share out; set servers to at"
                + " most that");
  }

  @Test
  void firstBackupsLiveOnAnotherHostOrAtLeastAnotherExecutor() {
    Placement placement = new Placement(lengths(1, 1, 1), 1);
    assertThat(words(placement.first(3, List.of(A1, A2, B1)))).containsExactly("0+2", "1+2", "2+0");
    assertThat(words(placement.first(3, List.of(A1, A1, A2)))).containsExactly("0+2", "1+2", "2+0");
    assertThat(words(placement.first(3, List.of(A1, A1, A1)))).containsExactly("0+1", "1+2", "2+0");
    assertThat(words(placement.first(1, List.of(A1)))).containsExactly("0", "0", "0");
    assertThat(words(new Placement(lengths(1, 1), 0).first(2, List.of(A1, B1))))
        .containsExactly("0", "1");
  }

  private static List<String> words(@Nullable List<GroupHolders> holders) {
    if (holders == null) {
      throw new AssertionError("some group is lost");
    }
    return holders.stream().map(Fleet::words).toList();
  }

  /** A server that has sealed, with these groups, each at this step. */
  private static ServerView server(int index, ExecutorView home, long step, int... groups) {
    ServerView view = new ServerView(new ServerOrder(Peer.server(index, 1), List.of()), home);
    List<GroupStep> steps = new ArrayList<>();
    for (int group : groups) {
      steps.add(new GroupStep(group, step, 1));
    }
    view.take(
        new ServerReport(
            view.peer(), true, 1, Fleet.PLACE, steps, true, false, 0, 0, "", Map.of(), null),
        0);
    return view;
  }

  private static Map<Integer, ServerView> alive(ServerView... servers) {
    Map<Integer, ServerView> alive = new TreeMap<>();
    for (ServerView server : servers) {
      alive.put(server.peer().index(), server);
    }
    return alive;
  }

  private static GroupHolders held(int primary, int backup) {
    return new GroupHolders(primary, backup, true);
  }

  private static final List<GroupHolders> MUTUAL =
      List.of(held(0, 1), held(0, 1), held(1, 0), held(1, 0));

  @Test
  void nothingMovesWithoutNeed() {
    Placement placement = new Placement(lengths(3, 3, 3, 3), 1);
    Map<Integer, ServerView> alive =
        alive(server(0, A1, 5, 0, 1, 2, 3), server(1, B1, 5, 0, 1, 2, 3));
    assertThat(placement.next(MUTUAL, 1, alive)).isEqualTo(MUTUAL);
    Placement plain = new Placement(lengths(3, 3, 3, 3), 0);
    List<GroupHolders> before = List.of(alone(0), alone(0), alone(0), alone(1));
    assertThat(words(plain.next(before, 1, alive(server(0, A1, 5, 0, 1, 2), server(1, B1, 5, 3)))))
        .containsExactly("0", "0", "0", "1");
  }

  private static GroupHolders alone(int primary) {
    return new GroupHolders(primary, GroupHolders.NONE, false);
  }

  @Test
  void backupTakesOverFromALostPrimary() {
    Placement placement = new Placement(lengths(3, 3, 3, 3), 1);
    assertThat(words(placement.next(MUTUAL, 1, alive(server(1, B1, 5, 0, 1, 2, 3)))))
        .containsExactly("1", "1", "1", "1");
  }

  @Test
  void groupThatNobodyHoldsIsLost() {
    Placement placement = new Placement(lengths(3, 3, 3, 3), 1);
    assertThat(placement.next(MUTUAL, 1, alive(server(1, B1, 5, 0, 2, 3)))).isNull();
    assertThat(placement.next(MUTUAL, 1, alive())).isNull();
  }

  @Test
  void newestStateServes() {
    Placement placement = new Placement(lengths(3), 1);
    List<GroupHolders> before = List.of(held(0, 1));
    assertThat(words(placement.next(before, 1, alive(server(0, A1, 5, 0), server(1, B1, 6, 0)))))
        .as("the primary has the gradient of the step that the backup is ahead")
        .containsExactly("0+1");
    assertThat(words(placement.next(before, 1, alive(server(0, A1, 6, 0), server(1, B1, 5, 0)))))
        .containsExactly("0<1");
    assertThat(words(placement.next(before, 1, alive(server(0, A1, 6), server(1, B1, 5, 0)))))
        .as("a primary that does not hold it whole")
        .containsExactly("1<0");
  }

  /** It may have released what those who are left behind have not. */
  @Test
  void onlyWhatHoldersHaveCounts() {
    Placement placement = new Placement(lengths(3), 1);
    List<GroupHolders> before = List.of(held(0, 1));
    assertThat(placement.next(before, 1, alive(server(2, B1, 5, 0)))).as("no holder").isNull();
    List<GroupHolders> recruit = List.of(new GroupHolders(0, 1, false));
    assertThat(words(placement.next(recruit, 1, alive(server(1, B1, 5, 0)))))
        .as("a recruit that has entered, and so was brought up")
        .containsExactly("1");
    assertThat(placement.next(recruit, 2, alive(server(1, B1, 5, 0))))
        .as("one that has what it had before")
        .isNull();
    assertThat(words(placement.next(recruit, 2, alive(server(0, A1, 5, 0), server(1, B1, 5, 0)))))
        .as("it is brought up in the next generation")
        .containsExactly("0<1");
  }

  @Test
  void newBackupIsOnAnotherHostBeforeAnotherExecutor() {
    Placement placement = new Placement(lengths(3, 1), 1);
    List<GroupHolders> before = List.of(held(0, 9), held(0, 9));
    ServerView primary = server(0, A1, 5, 0, 1);
    assertThat(words(placement.next(before, 1, alive(primary, server(1, A2, 5), server(2, B1, 5)))))
        .containsExactly("0<2", "0<2");
    assertThat(words(placement.next(before, 1, alive(primary, server(1, A1, 5), server(2, A2, 5)))))
        .containsExactly("0<2", "0<2");
    assertThat(words(placement.next(before, 1, alive(primary, server(1, A1, 5)))))
        .as("better than none")
        .containsExactly("0<1", "0<1");
  }

  @Test
  void newBackupsAreSpreadWhereTheyAreAsFar() {
    Placement placement = new Placement(lengths(4, 4, 4, 4), 1);
    List<GroupHolders> before = List.of(held(0, 9), held(0, 9), held(0, 9), held(0, 9));
    assertThat(
            words(
                placement.next(
                    before,
                    1,
                    alive(server(0, A1, 5, 0, 1, 2, 3), server(1, B1, 5), server(2, B1, 5)))))
        .containsExactly("0<1", "0<2", "0<1", "0<2");
  }

  @Test
  void backupOnThePrimarysOwnExecutorGivesWayToOneElsewhere() {
    Placement placement = new Placement(lengths(3), 1);
    assertThat(
            words(
                placement.next(
                    List.of(held(0, 1)),
                    1,
                    alive(server(0, A1, 5, 0), server(1, A1, 5, 0), server(2, B1, 5)))))
        .containsExactly("0<2");
  }

  @Test
  void backupThatIsBehindDoesNot() {
    Placement placement = new Placement(lengths(3, 3), 1);
    List<GroupHolders> before = List.of(held(0, 1), held(0, 1));
    assertThat(
            words(placement.next(before, 1, alive(server(0, A1, 6, 0, 1), server(1, B1, 5, 0, 1)))))
        .containsExactly("0<1", "0<1");
  }

  /** After any deaths, every group stays with a holder that has its newest state. */
  @Test
  void randomChangesKeepEveryGroupOnItsNewestHolder() {
    Random random = new Random(4);
    ExecutorView[] homes = {A1, A2, B1};
    for (int round = 0; round < 2_000; round++) {
      int groups = 1 + random.nextInt(6);
      int servers = 2 + random.nextInt(4);
      long[] lengths = new long[groups];
      for (int i = 0; i < groups; i++) {
        lengths[i] = 1 + random.nextInt(50);
      }
      Placement placement = new Placement(lengths(lengths), 1);
      List<GroupHolders> before = new ArrayList<>();
      for (int group = 0; group < groups; group++) {
        int primary = random.nextInt(servers);
        before.add(held(primary, (primary + 1 + random.nextInt(servers - 1)) % servers));
      }
      Map<Integer, ServerView> alive = new TreeMap<>();
      for (int server = 0; server < servers; server++) {
        int[] held = random.ints(0, groups).limit(groups).distinct().toArray();
        if (random.nextInt(4) > 0) {
          alive.put(server, server(server, homes[random.nextInt(3)], random.nextInt(2), held));
        }
      }
      assertSound(placement.next(before, 1, alive), before, alive);
    }
  }

  private static void assertSound(
      @Nullable List<GroupHolders> next,
      List<GroupHolders> before,
      Map<Integer, ServerView> alive) {
    boolean lost = false;
    for (int group = 0; group < before.size(); group++) {
      long own = stepOf(alive, before.get(group).primary(), group);
      long other = stepOf(alive, before.get(group).backup(), group);
      lost |= own == ServerView.ABSENT && other == ServerView.ABSENT;
      if (next == null) {
        continue;
      }
      GroupHolders holders = next.get(group);
      boolean kept = own != ServerView.ABSENT && own + 1 >= other;
      assertThat(stepOf(alive, holders.primary(), group)).isEqualTo(kept ? own : other);
      assertThat(holders.backup()).isNotEqualTo(holders.primary());
      if (alive.size() == 1) {
        assertThat(holders.backup()).isEqualTo(GroupHolders.NONE);
      } else if (holders.current()) {
        assertThat(stepOf(alive, holders.backup(), group)).isBetween(own, own + 1);
      }
    }
    assertThat(next == null).isEqualTo(lost);
  }

  private static long stepOf(Map<Integer, ServerView> alive, int server, int group) {
    ServerView view = alive.get(server);
    return view == null ? ServerView.ABSENT : view.stepOf(group);
  }

  private static List<Long> lengths(long... lengths) {
    List<Long> list = new ArrayList<>();
    for (long length : lengths) {
      list.add(length);
    }
    return list;
  }
}
