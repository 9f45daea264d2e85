package io.trireme.driver.job;

import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Where a run begins.
 *
 * @param from the folder of the checkpoint; null to begin with initial parameters
 * @param manifest the checkpoint; null to begin with initial parameters
 */
public record StartPoint(@Nullable CheckpointFolder from, @Nullable Manifest manifest) {

  /** Initial parameters. */
  public static final StartPoint NEW = new StartPoint(null, null);

  /** The first step to compute. */
  public long step() {
    return manifest == null ? 0 : manifest.step();
  }
}
