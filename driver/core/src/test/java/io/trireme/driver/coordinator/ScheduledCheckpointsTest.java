package io.trireme.driver.coordinator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.ShardReport;
import io.trireme.common.message.ShardReport.SlotShare;
import io.trireme.common.message.StepRange;
import io.trireme.common.slots.TreeNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduledCheckpointsTest {
  private static final long MS = 1_000_000;

  private static CheckpointPlan everySteps(long steps) {
    return new ScheduledCheckpoints(
        new CheckpointOptions(steps, 0, 3, new StepRange(0, 1000), 0), 0);
  }

  private static CheckpointReport shard(long step, String name, int... groups) {
    List<StoredSection> sections = new ArrayList<>();
    for (int group : groups) {
      sections.add(
          new StoredSection(SectionId.parameters(group), step, 64L * sections.size(), 64, 1));
      sections.add(
          new StoredSection(SectionId.state(group, 0), step, 64L * sections.size(), 64, 1));
    }
    CheckpointShard file = new CheckpointShard(name, 0, 64L * sections.size(), 1, sections);
    return new CheckpointReport(false, List.of(new ShardReport(step, file)), List.of());
  }

  @Test
  void stepsAreAnnouncedBeforeAnybodyIsThere() {
    CheckpointPlan plan = everySteps(10);
    assertThat(plan.announced()).isEqualTo(10);
    for (int step = 1; step <= 12; step++) {
      plan.reached(step, step * 10 * MS);
      plan.onTick(step * 10 * MS);
    }
    assertThat(plan.announced()).as("one at a time").isEqualTo(10);
    plan.note(shard(10, "a", 0, 1, 2), 121 * MS);
    assertThat(requireNonNull(plan.takeComplete()).step()).isEqualTo(10);
    plan.committed(10);
    plan.onTick(125 * MS);
    assertThat(plan.announced()).as("20 is 80 ms away, which is less than news take").isEqualTo(40);
  }

  @Test
  void shardsOfSeveralLivesMakeOneCheckpointWithEachGroupOnce() {
    CheckpointPlan plan = everySteps(10);
    plan.note(shard(10, "a", 0, 1), MS);
    assertThat(plan.takeComplete()).isNull();
    plan.note(shard(10, "a", 0, 1), 2 * MS);
    plan.note(shard(10, "b", 1, 2), 3 * MS);
    plan.note(shard(10, "c", 0), 4 * MS);
    CheckpointPlan.Complete complete = requireNonNull(plan.takeComplete());
    assertThat(complete.files()).extracting(CheckpointShard::name).containsExactly("a", "b");
    assertThat(complete.files().get(1).sections())
        .extracting(StoredSection::id)
        .containsExactly(SectionId.parameters(2), SectionId.state(2, 0));
    assertThat(plan.takeComplete()).as("once").isNull();
  }

  private static CheckpointPlan lossy() {
    return new ScheduledCheckpoints(new CheckpointOptions(10, 0, 3, new StepRange(0, 1000), 4), 0);
  }

  private static CheckpointReport residuals(
      long step, String name, int generation, int from, int to) {
    StoredSection section =
        new StoredSection(SectionId.residual(0, new TreeNode(from, to), 0), step, 0, 64, 1);
    CheckpointShard file = new CheckpointShard(name, 65_536, 64, 1, List.of(section));
    SlotShare slots = new SlotShare(generation, from, to);
    return new CheckpointReport(false, List.of(new ShardReport(step, file, slots)), List.of());
  }

  @Test
  void residualsOfAllSlotsBelongToACheckpointOfALossyJob() {
    CheckpointPlan plan = lossy();
    plan.note(shard(10, "a", 0, 1, 2), MS);
    assertThat(plan.takeComplete()).isNull();
    plan.note(residuals(10, "w", 1, 2, 4), 2 * MS);
    plan.note(residuals(10, "w", 1, 2, 4), 3 * MS);
    assertThat(plan.takeComplete()).as("slots 0 and 1 are missing").isNull();
    plan.note(residuals(10, "v", 1, 0, 2), 4 * MS);
    assertThat(requireNonNull(plan.takeComplete()).files())
        .extracting(CheckpointShard::name)
        .containsExactly("a", "v", "w");
    plan.note(residuals(10, "w", 1, 2, 4), 5 * MS);
    assertThat(plan.takeComplete()).as("once").isNull();
  }

  @Test
  void residualsOfTwoGenerationsDoNotGoTogether() {
    CheckpointPlan plan = lossy();
    plan.note(shard(10, "a", 0, 1), MS);
    plan.note(residuals(10, "u", 1, 0, 2), 2 * MS);
    plan.note(residuals(10, "v", 2, 2, 4), 3 * MS);
    plan.note(residuals(10, "w", 2, 0, 1), 4 * MS);
    plan.note(shard(10, "b", 2), 5 * MS);
    assertThat(plan.takeComplete()).isNull();
    plan.note(residuals(10, "x", 2, 1, 2), 6 * MS);
    assertThat(requireNonNull(plan.takeComplete()).files())
        .as("groups of any generation, residuals of one")
        .extracting(CheckpointShard::name)
        .containsExactly("a", "b", "w", "x", "v");
  }

  @Test
  void aStepWhoseResidualsDoNotComeIsGivenUpForALaterOne() {
    CheckpointPlan plan = lossy();
    plan.note(shard(10, "a", 0, 1, 2), MS);
    plan.note(residuals(10, "w", 1, 2, 4), MS);
    plan.reached(30, 900 * MS);
    plan.onTick(2800 * MS);
    assertThat(plan.announced()).isEqualTo(10);
    plan.onTick(3000 * MS);
    assertThat(plan.announced()).as("the worker of slots 0 and 1 is lost").isGreaterThan(30);
    assertThat(plan.takeComplete()).isNull();
  }

  @Test
  void aStepThatWasMissedIsGivenUpForALaterOne() {
    CheckpointPlan plan = everySteps(10);
    plan.note(shard(10, "a", 0, 1), MS);
    plan.reached(11, 2 * MS);
    plan.onTick(5000 * MS);
    assertThat(plan.announced()).as("a server may be at 10 still").isEqualTo(10);
    plan.reached(30, 5001 * MS);
    plan.note(new CheckpointReport(true, List.of(), List.of()), 6000 * MS);
    plan.onTick(7900 * MS);
    assertThat(plan.announced()).as("a shard is being written").isEqualTo(10);
    plan.onTick(8100 * MS);
    assertThat(plan.announced()).isGreaterThan(30);
    plan.note(shard(10, "b", 2), 8200 * MS);
    assertThat(requireNonNull(plan.takeComplete()).step())
        .as("better late than never")
        .isEqualTo(10);
  }

  @Test
  void timeAndRequestsAskForTheNextStepThatEverybodyCanHearOf() {
    CheckpointPlan plan =
        new ScheduledCheckpoints(
            new CheckpointOptions(0, 1000 * MS, 3, new StepRange(100, 1000), 0), 0);
    assertThat(plan.announced()).isZero();
    plan.onTick(5000 * MS);
    assertThat(plan.announced()).as("nothing has moved").isZero();
    plan.reached(110, 6000 * MS);
    plan.onTick(6000 * MS);
    assertThat(plan.announced()).isBetween(111L, 112L);
    long first = plan.announced();
    plan.note(shard(first, "a", 0, 1, 2), 6100 * MS);
    plan.committed(first);
    plan.onTick(6200 * MS);
    assertThat(plan.announced()).as("not yet").isZero();
    plan.request();
    plan.onTick(6300 * MS);
    assertThat(plan.announced()).isBetween(111L, 113L);
  }

  @Test
  void theLastStepNeedsNoAnnouncement() {
    CheckpointPlan plan = everySteps(600);
    plan.reached(601, MS);
    plan.note(shard(600, "a", 0, 1, 2), MS);
    assertThat(requireNonNull(plan.takeComplete()).step()).isEqualTo(600);
    plan.committed(600);
    plan.onTick(2 * MS);
    assertThat(plan.announced()).isZero();
    plan.note(shard(1000, "b", 0, 1, 2), 3 * MS);
    assertThat(requireNonNull(plan.takeComplete()).step()).isEqualTo(1000);
    plan.committed(1000);
    assertThat(plan.committed()).isEqualTo(1000);
  }
}
