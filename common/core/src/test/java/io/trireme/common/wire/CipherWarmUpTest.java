package io.trireme.common.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class CipherWarmUpTest {

  @Test
  void endsAndTellsARate() {
    assertThat(CipherWarmUp.run(SystemNanoClock.INSTANCE, TimeUnit.SECONDS.toNanos(300)))
        .isPositive();
  }

  @Test
  void givesUpWhereTheProcessorStaysSlow() {
    AtomicLong hour = new AtomicLong();
    assertThat(CipherWarmUp.run(() -> TimeUnit.HOURS.toNanos(hour.incrementAndGet()), 1))
        .isLessThan(1);
  }
}
