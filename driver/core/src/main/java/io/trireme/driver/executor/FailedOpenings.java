package io.trireme.driver.executor;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs of which this executor could not open, or not keep, its part: why, and when it tries again,
 * later from time to time. The control thread writes; tasks may read.
 */
final class FailedOpenings {

  private static final long FIRST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_DOUBLINGS = 5;

  private final Map<String, Failed> failed = new ConcurrentHashMap<>();

  /**
   * What is known of a run.
   *
   * @param why null once it has been opened after all
   */
  private record Failed(@Nullable String why, int times, long againNs) {}

  /** Notes that a run could not be opened or kept. */
  void note(String run, String why, long nowNs) {
    Failed before = failed.get(run);
    int times = before == null ? 1 : before.times() + 1;
    long pauseNs = FIRST_NS << Math.min(MOST_DOUBLINGS, times - 1);
    failed.put(run, new Failed(why, times, nowNs + pauseNs));
  }

  /** Whether a run may be opened now. */
  boolean mayTry(String run, long nowNs) {
    Failed last = failed.get(run);
    return last == null || nowNs - last.againNs() >= 0;
  }

  /** Notes that a run is open. Should it fail again, the pauses go on to grow. */
  void opened(String run) {
    failed.computeIfPresent(run, (name, last) -> new Failed(null, last.times(), last.againNs()));
  }

  /** Why a run is not open here; null if it is, or was not tried yet. */
  @Nullable String why(String run) {
    Failed last = failed.get(run);
    return last == null ? null : last.why();
  }

  /** Tells each run that is not open, and why. */
  void forEach(BiConsumer<String, String> teller) {
    failed.forEach(
        (run, last) -> {
          if (last.why() != null) {
            teller.accept(run, last.why());
          }
        });
  }

  /** Forgets all runs but these. */
  void keep(Collection<String> runs) {
    failed.keySet().retainAll(runs);
  }
}
