package io.trireme.data.source;

import io.trireme.data.BadDataException;
import java.io.Serializable;
import java.util.Locale;

/**
 * Tells files of other bytes apart.
 *
 * @param lengthBytes length of the file
 * @param crc32c CRC32C of the whole file
 */
public record FileSum(long lengthBytes, long crc32c) implements Serializable {

  /**
   * Compares a file that was read with the one that this is the sum of.
   *
   * @throws BadDataException if they differ
   */
  public void check(String file, FileSum seen) {
    if (!equals(seen)) {
      throw new BadDataException(
          file
              + ": has changed while it was read: expected length and CRC32C "
              + this
              + ", seen "
              + seen
              + "; prepare again when nothing writes it");
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d %08x", lengthBytes, crc32c);
  }
}
