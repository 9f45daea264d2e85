package io.trireme.common.checkpoint;

import java.util.Locale;

/**
 * Where a section lies in its shard file.
 *
 * @param id what it holds
 * @param step the step that it belongs to
 * @param offset its first byte in the file
 * @param lengthBytes number of bytes
 * @param crc32c CRC32C of its bytes
 */
public record StoredSection(SectionId id, long step, long offset, long lengthBytes, long crc32c) {

  public StoredSection {
    if (offset < 0 || lengthBytes < 0 || offset + lengthBytes < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: offset %d, length %d", id, offset, lengthBytes));
    }
  }

  /** The first byte after the section. */
  public long end() {
    return offset + lengthBytes;
  }
}
