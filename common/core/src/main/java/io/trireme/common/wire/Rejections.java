package io.trireme.common.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts dropped frames by reason. Written by one thread, read by any. */
public final class Rejections {

  private final AtomicLongArray counts = new AtomicLongArray(Rejection.values().length);

  /** Counts one dropped frame. */
  public void count(Rejection reason) {
    counts.setRelease(reason.ordinal(), counts.getPlain(reason.ordinal()) + 1);
  }

  /** Frames dropped for this reason. */
  public long of(Rejection reason) {
    return counts.getAcquire(reason.ordinal());
  }

  /** The reasons that occurred, with their counts. */
  public Map<Rejection, Long> counted() {
    Map<Rejection, Long> counted = new EnumMap<>(Rejection.class);
    for (Rejection reason : Rejection.values()) {
      if (of(reason) > 0) {
        counted.put(reason, of(reason));
      }
    }
    return counted;
  }
}
