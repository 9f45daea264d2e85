package io.trireme.kernels.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class SchedulesTest {

  @Test
  void cosineFallsFromInitialToFinalAndStays() {
    CosineSchedule schedule = new CosineSchedule(ScheduleType.ITERATION, 1.0, 0.2, 10);
    assertThat(schedule.valueAt(0, 7)).isEqualTo(1.0);
    assertThat(schedule.valueAt(5, 7)).isCloseTo(0.6, within(1e-12));
    assertThat(schedule.valueAt(10, 7)).isEqualTo(0.2);
    assertThat(schedule.valueAt(11, 7)).isEqualTo(0.2);
  }

  @Test
  void cosineCountsEpochsWhereAsked() {
    CosineSchedule schedule = new CosineSchedule(ScheduleType.EPOCH, 1.0, 0, 2);
    assertThat(schedule.valueAt(500, 1)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void warmupIsRampSchedule() {
    FixedSchedule fixed = new FixedSchedule(0.3);
    WarmupSchedule warmup = new WarmupSchedule(fixed, 5);
    RampSchedule ramp = new RampSchedule(fixed, 5);
    for (int i = 0; i < 10; i++) {
      assertThat(warmup.valueAt(i, 0)).isEqualTo(ramp.valueAt(i, 0));
    }
    assertThat(warmup.valueAt(0, 0)).isCloseTo(0.06, within(1e-15));
    assertThat(warmup.valueAt(4, 0)).isEqualTo(0.3);
  }

  @Test
  void surviveJsonInsideAnUpdater() {
    Adam adam =
        new Adam(new WarmupSchedule(new CosineSchedule(ScheduleType.EPOCH, 0.1, 0.01, 9), 3));
    String json = UpdaterJson.ofUpdater(adam);
    assertThat(UpdaterJson.updater(json)).isEqualTo(adam);
  }

  @Test
  void scheduleWithoutJsonFormIsRefused() {
    Adam adam = new Adam(new RampSchedule(new FixedSchedule(0.1), 3));
    assertThatThrownBy(() -> UpdaterJson.ofUpdater(adam))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RampSchedule");
  }

  @Test
  void textOfAnotherClassIsRefused() {
    assertThatThrownBy(() -> UpdaterJson.updater("{\"@class\":\"java.util.ArrayList\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no IUpdater reads back");
  }
}
