package io.trireme.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.Rejection;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The parameters at the end depend on the job alone, whoever computes it and in whatever order
 * messages arrive.
 */
@Timeout(120)
class SimulatedJobTest {

  private static final SimulatedNetwork.Tamper NONE = frame -> 1;

  /** 23 examples in steps of 8: the last step of an epoch is short. */
  private static final SlotPlan SLOTS = new SlotPlan(23, 8, 5);

  /** 19 examples in steps of 8: the last step of an epoch has fewer examples than slots. */
  private static final SlotPlan SPARSE = new SlotPlan(19, 8, 5);

  private static final int STEPS = 7;

  @ParameterizedTest
  @CsvSource({
    "1, 1", "2, 1", "4, 1", "5, 1", "1, 2", "1, 3", "1, 4", "2, 2", "3, 3", "4, 4", "5, 2"
  })
  void resultIsBitwiseTheSameForAnyNumberOfWorkersAndServers(int workers, int servers) {
    for (SlotPlan slots : new SlotPlan[] {SLOTS, SPARSE}) {
      for (double clip : new double[] {0, 3.0}) {
        float[] alone = new SimulatedJob(1, slots, STEPS, 1, 1, clip, NONE).run();
        float[] result =
            new SimulatedJob(workers * 31 + servers, slots, STEPS, workers, servers, clip, NONE)
                .run();
        assertThat(result).as("slots %s, clip %s", slots, clip).isEqualTo(alone);
      }
    }
  }

  @Test
  void resultDoesNotDependOnTheOrderOfEvents() {
    float[] first = new SimulatedJob(0, SLOTS, 3, 3, 2, 0, NONE).run();
    for (int seed = 1; seed < 60; seed++) {
      float[] other = new SimulatedJob(seed, SLOTS, 3, 3, 2, 0, NONE).run();
      assertThat(other)
          .as("replay: new SimulatedJob(%d, SLOTS, 3, 3, 2, 0, NONE).run()", seed)
          .isEqualTo(first);
    }
  }

  @Test
  void replayedFramesChangeNothingAndAreCounted() {
    float[] quiet = new SimulatedJob(5, SLOTS, 4, 3, 2, 0, NONE).run();
    SplittableRandom random = new SplittableRandom(9);
    SimulatedJob job = new SimulatedJob(5, SLOTS, 4, 3, 2, 0, frame -> 1 + random.nextInt(3));
    assertThat(job.run()).isEqualTo(quiet);
    assertThat(job.serverInputs())
        .allSatisfy(input -> assertThat(input.rejections().of(Rejection.REPLAYED)).isPositive());
  }

  @Test
  void theClipIsReallyApplied() {
    float[] free = new SimulatedJob(1, SLOTS, STEPS, 2, 2, 0, NONE).run();
    float[] clipped = new SimulatedJob(1, SLOTS, STEPS, 2, 2, 3.0, NONE).run();
    assertThat(clipped).isNotEqualTo(free);
  }
}
