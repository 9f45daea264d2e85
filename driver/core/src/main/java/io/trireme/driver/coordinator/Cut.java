package io.trireme.driver.coordinator;

import io.trireme.common.message.GroupHolders;
import io.trireme.common.message.ServerReport.GroupStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where training can go on, from what the primaries of all groups hold.
 *
 * @param first the first step that some group lacks contributions to
 * @param last the newest step of any group
 * @param slots where slots are streams of steps, the first step that each lacks somewhere; else
 *     empty
 * @param fits whether the groups are no more than one step apart, slot by slot, so that what one
 *     lacks can be computed again
 */
record Cut(long first, long last, List<Long> slots, boolean fits) {

  Cut {
    slots = List.copyOf(slots);
  }

  static Cut of(List<GroupHolders> holders, Map<Integer, ServerView> servers) {
    List<GroupStep> held = new ArrayList<>();
    for (int group = 0; group < holders.size(); group++) {
      ServerView server = servers.get(holders.get(group).primary());
      GroupStep step = server == null ? null : server.held(group);
      if (step == null) {
        throw new IllegalArgumentException("group " + group + " has no primary");
      }
      held.add(step);
    }
    return held.get(0).slots().isEmpty() ? ofSteps(held) : ofSlots(held);
  }

  private static Cut ofSteps(List<GroupStep> held) {
    long first = held.stream().mapToLong(GroupStep::step).min().orElseThrow();
    long last = held.stream().mapToLong(GroupStep::step).max().orElseThrow();
    return new Cut(first, last, List.of(), last - first <= 1);
  }

  private static Cut ofSlots(List<GroupStep> held) {
    List<Long> slots = new ArrayList<>();
    long newest = Long.MIN_VALUE;
    boolean fits = true;
    for (int slot = 0; slot < held.get(0).slots().size(); slot++) {
      int index = slot;
      long first = held.stream().mapToLong(step -> step.slots().get(index)).min().orElseThrow();
      long last = held.stream().mapToLong(step -> step.slots().get(index)).max().orElseThrow();
      fits &= last - first <= 1;
      newest = Math.max(newest, last);
      slots.add(first);
    }
    long first = slots.stream().mapToLong(Long::longValue).min().orElseThrow();
    return new Cut(first, newest, slots, fits);
  }
}
