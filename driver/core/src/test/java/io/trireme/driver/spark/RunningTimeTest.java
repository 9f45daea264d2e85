package io.trireme.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunningTimeTest {

  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final RunningTime time = new RunningTime();

  private long at(long clockNs) {
    long unused = time.note(clockNs);
    return time.nowNs();
  }

  @Test
  void standsStillWhileTheProcessDoesNotRun() {
    long start = at(-5 * SECOND_NS);
    assertThat(at(-4 * SECOND_NS) - start).isEqualTo(SECOND_NS);
    assertThat(time.note(40 * SECOND_NS)).isEqualTo(44 * SECOND_NS);
    assertThat(time.nowNs() - start).isEqualTo(SECOND_NS);
    assertThat(at(41 * SECOND_NS) - start).isEqualTo(2 * SECOND_NS);
  }

  /** A thread reads the clock, the process is stopped, and another thread is the first after it. */
  @Test
  void readingFromBeforeAPauseDoesNotTurnItBack() {
    at(0);
    long before = at(SECOND_NS);
    long after = at(41 * SECOND_NS);
    assertThat(after).isEqualTo(before);
    assertThat(at(SECOND_NS + 1)).isEqualTo(after);
    assertThat(at(41 * SECOND_NS + 7)).isEqualTo(after + 7);
  }
}
