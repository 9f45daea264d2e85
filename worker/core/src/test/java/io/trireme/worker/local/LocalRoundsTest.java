package io.trireme.worker.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.SlotPlan;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LocalRoundsTest {

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void useEachExampleOnceAndCountAsTheStepsOfBsp(long seed) {
    Random random = new Random(seed);
    int slots = 1 + random.nextInt(5);
    int batchSize = slots + random.nextInt(10);
    int localSteps = 1 + random.nextInt(6);
    long examples = 1 + random.nextInt(200);
    LocalRounds plan = LocalRounds.of(examples, batchSize, slots, localSteps);
    SlotPlan bsp = new SlotPlan(examples, batchSize, slots);
    assertThat(plan.batchSize()).isEqualTo(batchSize);
    long nextStep = 0;
    for (long round = 0; round < 3 * plan.rounds().stepsPerEpoch(); round++) {
      assertThat(plan.firstStep(round)).isEqualTo(nextStep);
      assertThat(bsp.epochOf(nextStep)).isEqualTo(plan.rounds().epochOf(round));
      assertThat(bsp.firstOfStep(nextStep)).isEqualTo(plan.rounds().firstOfStep(round));
      nextStep += plan.stepsInRound(round);
      for (int slot = 0; slot < slots; slot++) {
        int inSlot = plan.rounds().examplesInSlot(round, slot);
        int least = inSlot / plan.stepsInRound(round);
        assertThat(plan.offsetInSlot(round, slot, 0)).isZero();
        assertThat(plan.offsetInSlot(round, slot, plan.stepsInRound(round))).isEqualTo(inSlot);
        for (int local = 0; local < plan.stepsInRound(round); local++) {
          int count =
              plan.offsetInSlot(round, slot, local + 1) - plan.offsetInSlot(round, slot, local);
          assertThat(count).isBetween(least, Math.min(least + 1, plan.capacity()));
        }
      }
    }
    assertThat(nextStep).isEqualTo(3 * bsp.stepsPerEpoch());
  }

  @Test
  void refuseARoundThatIsNoWholeNumberOfSteps() {
    assertThatThrownBy(() -> new LocalRounds(new SlotPlan(100, 10, 2), 3))
        .hasMessage("local steps 3, expected at least 1 and a divisor of the round's 10 examples");
    assertThatThrownBy(() -> new LocalRounds(new SlotPlan(100, 10, 6), 2))
        .hasMessage("6 slots, but a local step has only 5 examples");
  }
}
