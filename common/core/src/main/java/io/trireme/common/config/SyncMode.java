package io.trireme.common.config;

import java.util.Locale;
import java.util.stream.Stream;

/** How workers wait for each other. */
public enum SyncMode {
  /** Every step waits for every slot: bulk synchronous parallel. */
  BSP,
  /** A worker may be a bounded number of steps ahead of the slowest: stale synchronous parallel. */
  SSP,
  /** No worker waits for another. */
  ASYNC,
  /** Workers take several steps alone, and then agree: federated averaging, DiLoCo. */
  LOCAL;

  /** Its name in a job file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The mode of a job file's word.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static SyncMode of(String word) {
    return Stream.of(values())
        .filter(mode -> mode.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("sync mode " + word));
  }
}
