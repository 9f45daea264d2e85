package io.trireme.driver.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.BlockGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementTest {

  @Test
  void oneServerHoldsAll() {
    assertThat(Placement.of(groups(3, 1, 4), 1)).containsExactly(0, 3);
  }

  @Test
  void equalGroupsAreSharedEqually() {
    assertThat(Placement.of(groups(5, 5, 5, 5, 5, 5), 3)).containsExactly(0, 2, 4, 6);
    assertThat(Placement.of(groups(5, 5, 5, 5, 5), 2)).isIn(List.of(0, 2, 5), List.of(0, 3, 5));
  }

  @Test
  void asManyServersAsGroupsHoldOneEach() {
    assertThat(Placement.of(groups(1, 1000, 1, 1), 4)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void hugeGroupLeavesSomethingForEveryServer() {
    assertThat(Placement.of(groups(1000, 1, 1, 1), 3)).containsExactly(0, 1, 2, 4);
    assertThat(Placement.of(groups(1, 1, 1, 1000), 3)).containsExactly(0, 2, 3, 4);
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
      List<BlockGroup> groups = groups(lengths);
      int servers = 1 + random.nextInt(lengths.length);
      List<Integer> starts = Placement.of(groups, servers);
      assertThat(starts).hasSize(servers + 1).startsWith(0).endsWith(groups.size());
      double total = groups.stream().mapToLong(BlockGroup::length).sum();
      long largest = groups.stream().mapToLong(BlockGroup::length).max().orElseThrow();
      for (int server = 0; server < servers; server++) {
        int from = starts.get(server);
        int to = starts.get(server + 1);
        assertThat(from).isLessThan(to);
        long load = groups.subList(from, to).stream().mapToLong(BlockGroup::length).sum();
        assertThat(Math.abs(load - total / servers))
            .as("server %d of %d over %s: %s", server, servers, groups, starts)
            .isLessThanOrEqualTo(largest + 1);
      }
    }
  }

  @Test
  void moreServersThanGroupsIsRefusedWithTheWayOut() {
    assertThatThrownBy(() -> Placement.of(groups(1, 2), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "servers: 3, but the model has only 2 block group(s) to share out; set servers to at"
                + " most that");
  }

  private static List<BlockGroup> groups(long... lengths) {
    List<BlockGroup> groups = new ArrayList<>();
    long at = 0;
    for (long length : lengths) {
      groups.add(new BlockGroup(groups.size(), groups.size(), 1, at, length));
      at += length;
    }
    return groups;
  }
}
