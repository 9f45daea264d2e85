package io.trireme.data.idx;

import io.trireme.data.BadDataException;
import io.trireme.data.source.KnownBytes;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** The two IDX files of a data set, and their magic numbers. */
enum IdxKind {
  IMAGES("images", 0x0803, 16),
  LABELS("labels", 0x0801, 8);

  private static final int UNSIGNED_BYTE = 0x08;

  private final String word;
  private final int magic;
  private final int headerBytes;

  IdxKind(String word, int magic, int headerBytes) {
    this.word = word;
    this.magic = magic;
    this.headerBytes = headerBytes;
  }

  String word() {
    return word;
  }

  int headerBytes() {
    return headerBytes;
  }

  /** Refuses a file by its first bytes, four at least. */
  void checkMagic(String file, byte[] start, int length) {
    int seen = ByteBuffer.wrap(start).getInt();
    if (seen == magic) {
      return;
    }
    IdxKind other = this == IMAGES ? LABELS : IMAGES;
    String found;
    String wayOut;
    Optional<KnownBytes> known = KnownBytes.of(start, length);
    if (known.isPresent()) {
      found = known.get().what() + String.format(Locale.ROOT, " (0x%08x)", seen);
      wayOut = known.get().wayOut();
    } else if (seen == other.magic) {
      found = other.word + String.format(Locale.ROOT, " (magic 0x%08x)", seen);
      wayOut = "swap the keys images and labels";
    } else if (seen >>> 16 != 0 || (seen & 0xff) == 0) {
      found = String.format(Locale.ROOT, "no IDX file (magic 0x%08x)", seen);
      wayOut = "name a file in IDX format, gzip or plain";
    } else if (seen >>> 8 != UNSIGNED_BYTE) {
      found =
          String.format(Locale.ROOT, "elements of type 0x%02x (magic 0x%08x)", seen >>> 8, seen);
      wayOut = "write the file with unsigned bytes (type 0x08)";
    } else {
      found = String.format(Locale.ROOT, "%d dimensions (magic 0x%08x)", seen & 0xff, seen);
      wayOut = "name the file that holds the " + word;
    }
    throw new BadDataException(
        String.format(
            Locale.ROOT,
            "%s: expected %s (magic 0x%08x at byte 0), seen %s; %s",
            file,
            word,
            magic,
            found,
            wayOut));
  }
}
