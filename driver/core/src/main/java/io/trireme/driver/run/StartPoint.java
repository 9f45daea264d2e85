package io.trireme.driver.run;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a run begins.
 *
 * @param from the folder of the checkpoint; null to begin with initial parameters
 * @param manifest the checkpoint; null to begin with initial parameters
 * @param damaged newer steps of the folder that were passed over since they are damaged
 */
public record StartPoint(
    @Nullable CheckpointFolder from, @Nullable Manifest manifest, Set<Long> damaged) {

  /** Initial parameters. */
  public static final StartPoint NEW = new StartPoint(null, null, Set.of());

  public StartPoint {
    damaged = Set.copyOf(damaged);
  }

  /** The first step to compute. */
  public long step() {
    return manifest == null ? 0 : manifest.step();
  }
}
