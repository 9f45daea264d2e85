package io.trireme.data.idx;

import io.trireme.data.BadDataException;
import io.trireme.data.source.FileSum;
import io.trireme.data.source.GzipInput;
import io.trireme.data.source.SummedInput;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Streams a file of the IDX format (that of MNIST: a big-endian header of magic number and sizes,
 * then unsigned bytes), gzip or plain, told apart by the first bytes. Offsets in messages count
 * from the start of the uncompressed data.
 *
 * <p>Every method throws {@link BadDataException} for what is wrong with the file, and {@link
 * IOException} for what is wrong with the way to it. Not safe for use by several threads.
 */
public final class IdxReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_RECORD_BYTES = 1 << 26;

  private final String file;
  private final IdxKind kind;
  private final SummedInput raw;
  private final InputStream in;
  private final long records;
  private final int height;
  private final int width;
  private long nextRecord;

  private IdxReader(String file, IdxKind kind, SummedInput raw, InputStream in, IdxHeader header) {
    this.file = file;
    this.kind = kind;
    this.raw = raw;
    this.in = in;
    this.records = header.records();
    this.height = header.height();
    this.width = header.width();
  }

  /** Opens a file of images: unsigned bytes in three dimensions. */
  public static IdxReader images(Path file, Configuration configuration) throws IOException {
    return open(file, configuration, IdxKind.IMAGES);
  }

  /** Opens a file of labels: unsigned bytes in one dimension. */
  public static IdxReader labels(Path file, Configuration configuration) throws IOException {
    return open(file, configuration, IdxKind.LABELS);
  }

  private static IdxReader open(Path file, Configuration configuration, IdxKind kind)
      throws IOException {
    FileSystem fileSystem = file.getFileSystem(configuration);
    FileStatus status;
    try {
      status = fileSystem.getFileStatus(file);
    } catch (FileNotFoundException missing) {
      throw new BadDataException(
          file + ": no such file; expected the " + kind.word() + " in IDX format, gzip or plain",
          missing);
    }
    if (status.isDirectory()) {
      throw new BadDataException(
          file + ": is a folder; expected a file with the " + kind.word() + " in IDX format");
    }
    SummedInput raw = new SummedInput(fileSystem.open(file, BUFFER_BYTES));
    try {
      PushbackInputStream pushback = new PushbackInputStream(raw, 2);
      byte[] start = new byte[2];
      int seen = pushback.readNBytes(start, 0, 2);
      pushback.unread(start, 0, seen);
      boolean gzip = seen == 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b;
      InputStream in = gzip ? new GzipInput(file.toString(), pushback) : pushback;
      IdxHeader header = header(file.toString(), kind, in);
      if (!gzip) {
        header.checkLength(file.toString(), status.getLen());
      }
      return new IdxReader(file.toString(), kind, raw, in, header);
    } catch (IOException | RuntimeException failure) {
      try (raw) {
        throw failure;
      }
    }
  }

  private static IdxHeader header(String file, IdxKind kind, InputStream in) throws IOException {
    byte[] bytes = new byte[kind.headerBytes()];
    int seen = in.readNBytes(bytes, 0, bytes.length);
    if (seen >= Integer.BYTES) {
      kind.checkMagic(file, bytes, seen);
    }
    if (seen < bytes.length) {
      throw new BadDataException(
          String.format(
              Locale.ROOT,
              "%s: the file ends at byte %d, inside its header of %d bytes; copy or download it again",
              file,
              seen,
              bytes.length));
    }
    IdxHeader header = IdxHeader.of(kind, bytes);
    if (header.records() == 0 || header.recordBytes() < 1) {
      throw new BadDataException(
          String.format(
              Locale.ROOT,
              "%s: the header (bytes 4 to %d) says %s; expected at least one record of at least 1 byte",
              file,
              bytes.length - 1,
              header.text()));
    }
    if (header.recordBytes() > MAX_RECORD_BYTES) {
      throw new BadDataException(
          String.format(
              Locale.ROOT,
              "%s: the header (bytes 4 to %d) says %s; expected records of up to %d bytes",
              file,
              bytes.length - 1,
              header.text(),
              MAX_RECORD_BYTES));
    }
    return header;
  }

  /** The path that the reader was opened with. */
  public String file() {
    return file;
  }

  /** Number of records that the header promises. */
  public long records() {
    return records;
  }

  /** Rows of an image; 1 for labels. */
  public int height() {
    return height;
  }

  /** Columns of an image; 1 for labels. */
  public int width() {
    return width;
  }

  /** Bytes of a record. */
  public int recordBytes() {
    return height * width;
  }

  /** Offset of a record in the uncompressed data. */
  public long offsetOf(long record) {
    return kind.headerBytes() + record * recordBytes();
  }

  /**
   * Reads the next {@code count} records into an array; there must be so many left.
   *
   * @throws BadDataException when the file ends before
   */
  public void read(byte[] target, int offset, int count) throws IOException {
    if (count > records - nextRecord) {
      throw new IllegalArgumentException(
          count + " records asked for, " + (records - nextRecord) + " left in " + file);
    }
    int length = Math.multiplyExact(count, recordBytes());
    long start = offsetOf(nextRecord);
    int seen = in.readNBytes(target, offset, length);
    if (seen < length) {
      throw IdxHeader.truncated(file, kind, records, height, width, start + seen);
    }
    nextRecord += count;
  }

  /**
   * Checks, after the last record, that nothing follows (and that the gzip data end well).
   *
   * @return length and checksum of the file, compressed as it is
   * @throws BadDataException when bytes follow
   */
  public FileSum finish() throws IOException {
    if (in.read() >= 0) {
      throw new BadDataException(
          String.format(
              Locale.ROOT,
              "%s: bytes follow the last record at byte %d: expected the end after %d records of %d bytes as in the header; copy or download it again",
              file,
              offsetOf(records),
              records,
              recordBytes()));
    }
    return raw.finish();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
