package io.trireme.common.checkpoint;

import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a step's folder was found to be.
 *
 * @param step the step, by the folder's name
 * @param folder the folder
 * @param state what it is
 * @param reason why it is not valid, naming the file, what was expected and what was seen; empty if
 *     it is valid
 * @param manifest its manifest; null if that could not be read
 * @param lengthBytes bytes of all files in the folder
 */
public record StepInspection(
    long step,
    Path folder,
    StepState state,
    String reason,
    @Nullable Manifest manifest,
    long lengthBytes) {

  /** Whether it can be resumed from. */
  public boolean valid() {
    return state == StepState.VALID;
  }

  @Override
  public String toString() {
    return "step " + step + " is " + state.words() + (reason.isEmpty() ? "" : " (" + reason + ")");
  }
}
