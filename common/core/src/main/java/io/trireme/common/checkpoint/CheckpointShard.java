package io.trireme.common.checkpoint;

import java.util.List;
import java.util.Locale;

/**
 * A shard file that was written.
 *
 * @param name its name in the step's folder
 * @param server index of the server that wrote it; a worker's index has bit 16 set
 * @param lengthBytes length of the file
 * @param crc32c CRC32C of the whole file
 * @param sections what it holds, in ascending order of offset
 */
public record CheckpointShard(
    String name, int server, long lengthBytes, long crc32c, List<StoredSection> sections) {

  /** The same file, of which only some sections are looked at. */
  public CheckpointShard only(List<StoredSection> some) {
    return new CheckpointShard(name, server, lengthBytes, crc32c, some);
  }

  public CheckpointShard {
    sections = List.copyOf(sections);
    if (name.isEmpty() || name.contains("/") || name.equals(Manifest.FILE)) {
      throw new IllegalArgumentException("shard file named \"" + name + "\"");
    }
    long at = 0;
    for (StoredSection section : sections) {
      if (section.offset() < at || section.end() > lengthBytes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "shard file %s: %s lies at bytes %d to %d, expected inside %d to %d",
                name,
                section.id(),
                section.offset(),
                section.end(),
                at,
                lengthBytes));
      }
      at = section.end();
    }
  }
}
