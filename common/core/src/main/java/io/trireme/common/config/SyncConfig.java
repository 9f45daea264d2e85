package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * How workers wait for each other. Updates of several slots are averaged, never added up.
 *
 * @param mode the rule
 * @param staleness {@code ssp}: how many steps a worker may be ahead of the slowest; 0 elsewhere
 * @param localSteps {@code local}: the steps that a worker takes alone in a round; 1 elsewhere
 * @param outer {@code local}: how a round's mean delta becomes new parameters; null elsewhere
 * @param stepTimeoutSeconds how long others wait for a worker that computes before it counts as
 *     lost
 */
public record SyncConfig(
    SyncMode mode,
    int staleness,
    int localSteps,
    @Nullable OuterConfig outer,
    int stepTimeoutSeconds) {

  /** {@code bsp} with its defaults. */
  public static SyncConfig bsp() {
    return new SyncConfig(SyncMode.BSP, 0, 1, null, Defaults.STEP_TIMEOUT_SECONDS);
  }
}
