package io.trireme.driver.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.Membership.Counted;
import io.trireme.common.message.ServerOrder;
import io.trireme.common.message.ServerReport;
import io.trireme.common.message.ServerReport.GroupStep;
import io.trireme.common.wire.Peer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What counts for good of what servers have sealed with. */
class CountedStepsTest {

  private static final int FORMED = 5;
  private static final GroupHolders BOTH = new GroupHolders(0, 1, true);
  private static final GroupHolders ALONE = new GroupHolders(0, 1, false);

  private final Map<Integer, ServerView> sealed = new TreeMap<>();

  private void seals(int server, long step, int asOf, boolean reduced) {
    ServerView view =
        new ServerView(
            new ServerOrder(Peer.server(server, 1), List.of()), new ExecutorView("1", "a"));
    view.take(
        new ServerReport(
            view.peer(),
            true,
            FORMED + 1,
            Fleet.PLACE,
            List.of(new GroupStep(0, step, List.of(), asOf, reduced)),
            true,
            false,
            0,
            0,
            "",
            Map.of(),
            null),
        0);
    sealed.put(server, view);
  }

  private long counted(GroupHolders next, long before) {
    Membership formed =
        new Membership(
            FORMED,
            before,
            List.of(),
            List.of(),
            List.of(),
            List.of(BOTH),
            List.of(new Counted(before, List.of())),
            null);
    return counted(next, formed);
  }

  private long counted(GroupHolders next, @Nullable Membership formed) {
    return CountedSteps.of(List.of(next), sealed, formed).get(0).step();
  }

  @Test
  void gradientThatTheBackupLacksDoesNotCount() {
    seals(0, 7, FORMED, true);
    seals(1, 7, FORMED, false);
    assertThat(counted(BOTH, 7)).isEqualTo(7);
  }

  @Test
  void gradientThatTheBackupHasAppliedCounts() {
    seals(0, 7, FORMED, true);
    seals(1, 8, FORMED, false);
    assertThat(counted(BOTH, 7)).isEqualTo(8);
  }

  @Test
  void gradientOfAPrimaryWithoutABackupCounts() {
    seals(0, 7, FORMED, true);
    assertThat(counted(ALONE, 7)).isEqualTo(8);
    assertThat(counted(ALONE, null)).isEqualTo(8);
    seals(0, 7, FORMED, false);
    assertThat(counted(ALONE, 7)).isEqualTo(7);
  }

  /** It drops, or keeps, its gradient as the generation says that it has not entered yet. */
  @Test
  void serverThatHasNotEnteredTheGenerationCountsWhatThatSaid() {
    seals(0, 7, FORMED - 1, true);
    assertThat(counted(ALONE, 7)).isEqualTo(7);
    assertThat(counted(ALONE, 8)).isEqualTo(8);
  }
}
