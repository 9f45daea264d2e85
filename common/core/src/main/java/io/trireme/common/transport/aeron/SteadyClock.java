package io.trireme.common.transport.aeron;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * The time by which a media driver and its client judge each other: wall-clock time as it was when
 * this was made, and what has passed since by a clock that nobody sets.
 */
final class SteadyClock implements EpochClock, NanoClock {

  private final NanoClock clock;
  private final long startMs;
  private final long startNs;

  SteadyClock(EpochClock wall, NanoClock clock) {
    this.clock = clock;
    startMs = wall.time();
    startNs = clock.nanoTime();
  }

  @Override
  public long time() {
    return startMs + TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNs);
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }
}
