package io.trireme.common.checkpoint;

import java.util.Locale;

/**
 * Something that a checkpoint and a job do not share.
 *
 * @param key the key of the job file, such as {@code batch.size}, or {@code layout}
 * @param stored what the checkpoint was written with; {@code none} where it has none
 * @param current what the job asks for
 * @param safe whether the job can go on from the checkpoint all the same
 * @param reason why it is or is not safe
 */
public record Difference(String key, String stored, String current, boolean safe, String reason) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %s became %s: %s, %s",
        key,
        stored,
        current,
        safe ? "safe" : "unsafe",
        reason);
  }
}
