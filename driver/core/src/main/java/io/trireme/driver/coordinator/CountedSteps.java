package io.trireme.driver.coordinator;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.Membership;
import io.trireme.common.message.Membership.Counted;
import io.trireme.common.message.ServerReport.GroupStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What block groups have counted for good, from what their holders have sealed with. A step counts
 * when its update was made by a holder, or can be made by the only holder that there is. All that
 * was counted of later steps is dropped, and computed again; so workers know of each gradient
 * whether it counts.
 */
final class CountedSteps {
  private CountedSteps() {}

  /**
   * What each group has counted before the next generation.
   *
   * @param next who holds the groups in it
   * @param sealed the servers by index
   * @param formed the generation before; null if there is none
   */
  static List<Counted> of(
      List<GroupHolders> next, Map<Integer, ServerView> sealed, @Nullable Membership formed) {
    List<Counted> counted = new ArrayList<>();
    for (int group = 0; group < next.size(); group++) {
      GroupHolders holders = next.get(group);
      GroupStep primary = held(sealed, holders.primary(), group);
      GroupStep backup = holders.current() ? held(sealed, holders.backup(), group) : null;
      if (primary == null) {
        throw new IllegalArgumentException("group " + group + " has no primary");
      }
      counted.add(new Counted(step(group, primary, backup, formed), primary.slots()));
    }
    return counted;
  }

  private static @Nullable GroupStep held(Map<Integer, ServerView> sealed, int server, int group) {
    ServerView view = sealed.get(server);
    return view == null ? null : view.held(group);
  }

  private static long step(
      int group, GroupStep primary, @Nullable GroupStep backup, @Nullable Membership formed) {
    if (backup != null) {
      // A gradient that the backup does not hold would be lost with the primary.
      return Math.max(primary.step(), backup.step());
    }
    if (!primary.reduced()) {
      return primary.step();
    }
    // A server that has not entered the generation before may not know yet that its gradient was
    // dropped in it.
    return formed == null || formed.counted().isEmpty() || primary.asOf() == formed.generation()
        ? primary.step() + 1
        : Math.max(primary.step(), formed.lacks(group, 0));
  }
}
