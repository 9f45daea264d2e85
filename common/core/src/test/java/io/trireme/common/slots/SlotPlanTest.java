package io.trireme.common.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotPlanTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "10, 4, 2",
    "10, 4, 3",
    "10, 4, 4",
    "12, 4, 4",
    "7, 100, 16",
    "1000, 64, 7",
    "1001, 128, 128",
    "60000, 128, 2",
    "65535, 65535, 65535"
  })
  void everyExampleOfAnEpochIsInOneSlotOfOneStep(long examples, int batchSize, int slots) {
    SlotPlan plan = new SlotPlan(examples, batchSize, slots);
    for (long epoch : new long[] {0, 3}) {
      long at = 0;
      long firstStep = epoch * plan.stepsPerEpoch();
      for (long step = firstStep; step < firstStep + plan.stepsPerEpoch(); step++) {
        assertThat(plan.epochOf(step)).isEqualTo((int) epoch);
        assertThat(plan.firstOfStep(step)).isEqualTo(at);
        int inStep = 0;
        int filled = 0;
        int fewest = Integer.MAX_VALUE;
        int most = 0;
        for (int slot = 0; slot < slots; slot++) {
          assertThat(plan.offsetOfSlot(step, slot)).isEqualTo(inStep);
          int inSlot = plan.examplesInSlot(step, slot);
          inStep += inSlot;
          filled += inSlot > 0 ? 1 : 0;
          fewest = Math.min(fewest, inSlot);
          most = Math.max(most, inSlot);
        }
        assertThat(plan.offsetOfSlot(step, slots)).isEqualTo(inStep);
        assertThat(inStep).isEqualTo(plan.examplesInStep(step)).isBetween(1, batchSize);
        assertThat(filled).isEqualTo(plan.filledSlots(step));
        assertThat(most - fewest).isLessThanOrEqualTo(1);
        at += inStep;
      }
      assertThat(at).isEqualTo(examples);
    }
  }

  @Test
  void onlyTheLastStepOfAnEpochIsShort() {
    SlotPlan plan = new SlotPlan(10, 4, 2);
    assertThat(plan.stepsPerEpoch()).isEqualTo(3);
    assertThat(plan.examplesInStep(0)).isEqualTo(4);
    assertThat(plan.examplesInStep(1)).isEqualTo(4);
    assertThat(plan.examplesInStep(2)).isEqualTo(2);
    assertThat(plan.examplesInStep(3)).isEqualTo(4);
    assertThat(plan.epochOf(2)).isEqualTo(0);
    assertThat(plan.epochOf(3)).isEqualTo(1);
  }

  @Test
  void stepWithFewerExamplesThanSlotsLeavesSlotsEmpty() {
    SlotPlan plan = new SlotPlan(11, 8, 8);
    assertThat(plan.examplesInStep(1)).isEqualTo(3);
    assertThat(plan.filledSlots(0)).isEqualTo(8);
    assertThat(plan.filledSlots(1)).isEqualTo(3);
  }

  @Test
  void largestSetsDoNotOverflow() {
    SlotPlan plan = new SlotPlan(1L << 40, Integer.MAX_VALUE, 65_535);
    long last = plan.stepsPerEpoch() - 1;
    assertThat(plan.firstOfStep(last) + plan.examplesInStep(last)).isEqualTo(1L << 40);
    assertThat(plan.offsetOfSlot(0, 65_535)).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0", "10, 2, 3"})
  void refusesPlansThatCannotBe(long examples, int batchSize, int slots) {
    assertThatThrownBy(() -> new SlotPlan(examples, batchSize, slots))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slots " + slots);
  }
}
