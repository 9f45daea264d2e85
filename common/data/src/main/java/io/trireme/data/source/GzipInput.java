package io.trireme.data.source;

import io.trireme.data.BadDataException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What a gzip file holds, to its very end: all members one after the other, each with its checksum
 * and length compared, and after the last nothing but zero bytes, with which tapes and downloads
 * are filled up. Java's own stream takes a file without its last bytes, and anything behind a good
 * member, for a good file.
 *
 * <p>What is wrong with the file is a {@link BadDataException}, what is wrong with the way to it an
 * {@link IOException}. Closes the stream below. Not for several threads.
 */
public final class GzipInput extends InputStream {
  private static final String WAY_OUT = "; copy or download it again";
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final String file;
  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 contents = new CRC32();
  private final CRC32 header = new CRC32();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private long filled;
  private long given;
  private int members;
  private boolean inMember;
  private boolean ended;

  /**
   * Begins with the header of the first member.
   *
   * @param file what to name in messages
   * @param in the file from its first byte
   * @throws BadDataException if it does not begin as gzip does
   */
  public GzipInput(String file, InputStream in) throws IOException {
    this.file = file;
    this.in = in;
    try {
      if (next() != 0x1f || next() != 0x8b) {
        throw bad("is no gzip data");
      }
      readHeader();
    } catch (BadDataException e) {
      throw new BadDataException(file + ": starts like gzip but holds no gzip data" + WAY_OUT, e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember) {
        nextMember();
      } else {
        int read = inflate(target, offset, length);
        if (read > 0) {
          return read;
        }
      }
    }
    return -1;
  }

  private int inflate(byte[] target, int offset, int length) throws IOException {
    if (inflater.needsInput()) {
      if (at == end && !fill()) {
        throw cut("inside the data of");
      }
      inflater.setInput(buffer, at, end - at);
    }
    int read;
    try {
      read = inflater.inflate(target, offset, length);
    } catch (DataFormatException e) {
      at = end - inflater.getRemaining();
      throw damaged(String.valueOf(e.getMessage()));
    }
    at = end - inflater.getRemaining();
    contents.update(target, offset, read);
    given += read;
    if (inflater.needsDictionary()) {
      throw damaged("asks for a dictionary");
    }
    if (inflater.finished()) {
      readTrailer();
    }
    return read;
  }

  private void readTrailer() throws IOException {
    long crc = trailerWord();
    long length = trailerWord();
    if (crc != contents.getValue()) {
      throw damaged(
          String.format(Locale.ROOT, "CRC32 %08x, expected %08x", contents.getValue(), crc));
    }
    long seen = inflater.getBytesWritten() & 0xffffffffL;
    if (length != seen) {
      throw damaged(String.format(Locale.ROOT, "%d bytes modulo 2^32, expected %d", seen, length));
    }
    inMember = false;
  }

  private long trailerWord() throws IOException {
    long word = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      int value = next();
      if (value < 0) {
        throw cut("inside the checksum of");
      }
      word |= (long) value << (8 * i);
    }
    return word;
  }

  /** Another member, zero bytes to the end, or the end. */
  private void nextMember() throws IOException {
    long place = place();
    int first = next();
    if (first == 0x1f && next() == 0x8b) {
      readHeader();
      return;
    }
    while (first == 0) {
      place = place();
      first = next();
    }
    if (first >= 0) {
      throw bad(
          String.format(
              Locale.ROOT,
              "bytes that are no gzip data follow member %d at byte %d of the file: expected the"
                  + " end, zero bytes or another member",
              members,
              place));
    }
    ended = true;
  }

  private void readHeader() throws IOException {
    members++;
    header.reset();
    header.update(0x1f);
    header.update(0x8b);
    if (headerByte() != DEFLATE) {
      throw bad(where("is compressed by an unknown method, before"));
    }
    int flags = headerByte();
    if ((flags & RESERVED) != 0) {
      throw bad(where("has unknown flags, before"));
    }
    for (int i = 0; i < 6; i++) {
      headerByte(); // time, level, system
    }
    if ((flags & EXTRA) != 0) {
      int length = headerByte() | headerByte() << 8;
      for (int i = 0; i < length; i++) {
        headerByte();
      }
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      int expected = (int) header.getValue() & 0xffff;
      if ((headerByte() | headerByte() << 8) != expected) {
        throw bad(where("has a header whose checksum does not fit, before"));
      }
    }
    inflater.reset();
    contents.reset();
    inMember = true;
  }

  private void skipText() throws IOException {
    int value = headerByte();
    while (value != 0) {
      value = headerByte();
    }
  }

  private int headerByte() throws IOException {
    int value = next();
    if (value < 0) {
      throw cut("inside the header of");
    }
    header.update(value);
    return value;
  }

  private int next() throws IOException {
    return at < end || fill() ? buffer[at++] & 0xff : -1;
  }

  private boolean fill() throws IOException {
    int read = in.read(buffer, 0, buffer.length);
    at = 0;
    end = Math.max(0, read);
    filled += end;
    return read > 0;
  }

  /** Offset in the file of what is read next. */
  private long place() {
    return filled - end + at;
  }

  private String where(String what) {
    return String.format(
        Locale.ROOT, "damaged gzip data: member %d %s byte %d of the file", members, what, place());
  }

  private BadDataException cut(String where) {
    return bad(
        String.format(
            Locale.ROOT,
            "truncated gzip data: the file ends at byte %d, %s member %d, after %d bytes of"
                + " uncompressed data",
            place(),
            where,
            members,
            given));
  }

  private BadDataException damaged(String seen) {
    return bad(
        String.format(
            Locale.ROOT,
            "damaged gzip data in member %d, near byte %d of the file and byte %d of the"
                + " uncompressed data (%s)",
            members,
            place(),
            given,
            seen));
  }

  private BadDataException bad(String what) {
    return new BadDataException(file + ": " + what + WAY_OUT);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
