package io.trireme.common.checkpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint to resume from.
 *
 * @param newest the newest valid step; null if there is none
 * @param skipped the newer steps that are not valid, newest first; tell the user of them. Where
 *     {@code newest} is null and there is one that is not just {@link StepState#UNCOMMITTED}, a job
 *     should not begin anew without being told so
 */
public record Choice(@Nullable StepInspection newest, List<StepInspection> skipped) {
  public Choice {
    skipped = List.copyOf(skipped);
  }
}
