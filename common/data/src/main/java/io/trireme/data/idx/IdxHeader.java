package io.trireme.data.idx;

import io.trireme.data.BadDataException;
import java.nio.ByteBuffer;
import java.util.Locale;

/** The sizes in an IDX header, and what follows from them. */
record IdxHeader(IdxKind kind, long records, long rows, long columns) {

  static IdxHeader of(IdxKind kind, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).position(Integer.BYTES);
    long records = Integer.toUnsignedLong(buffer.getInt());
    boolean images = kind == IdxKind.IMAGES;
    long rows = images ? Integer.toUnsignedLong(buffer.getInt()) : 1;
    long columns = images ? Integer.toUnsignedLong(buffer.getInt()) : 1;
    return new IdxHeader(kind, records, rows, columns);
  }

  int height() {
    return Math.toIntExact(rows);
  }

  int width() {
    return Math.toIntExact(columns);
  }

  long recordBytes() {
    return rows == 0 || columns <= Long.MAX_VALUE / rows ? rows * columns : Long.MAX_VALUE;
  }

  String text() {
    return kind == IdxKind.IMAGES
        ? String.format(Locale.ROOT, "%d images of %d x %d", records, rows, columns)
        : records + " labels";
  }

  /** Compares the length of a plain file with what the header promises. */
  void checkLength(String file, long lengthBytes) {
    long expected = kind.headerBytes() + records * recordBytes();
    if (lengthBytes < expected) {
      throw truncated(file, kind, records, height(), width(), lengthBytes);
    }
    if (lengthBytes > expected) {
      throw new BadDataException(
          String.format(
              Locale.ROOT,
              "%s: %d bytes follow the last record at byte %d: expected the end after %s as in the header; copy or download it again",
              file,
              lengthBytes - expected,
              expected,
              text()));
    }
  }

  static BadDataException truncated(
      String file, IdxKind kind, long records, int height, int width, long endsAt) {
    IdxHeader header = new IdxHeader(kind, records, height, width);
    long expected = kind.headerBytes() + records * header.recordBytes();
    long record = Math.max(0, endsAt - kind.headerBytes()) / header.recordBytes();
    return new BadDataException(
        String.format(
            Locale.ROOT,
            "%s: truncated: the header says %s, so %d bytes; the file ends at byte %d, in record %d; copy or download it again",
            file,
            header.text(),
            expected,
            endsAt,
            record));
  }
}
