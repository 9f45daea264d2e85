package io.trireme.data.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/** Counts and checksums the bytes that are read of a stream, which it closes. */
public final class SummedInput extends FilterInputStream {
  private static final int CHUNK_BYTES = 1 << 16;

  private final CRC32C crc = new CRC32C();
  private long lengthBytes;

  /** Over a stream that nothing was read of. */
  public SummedInput(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    if (value >= 0) {
      crc.update(value);
      lengthBytes++;
    }
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = in.read(target, offset, length);
    if (read > 0) {
      crc.update(target, offset, read);
      lengthBytes += read;
    }
    return read;
  }

  @Override
  public long skip(long count) throws IOException {
    return readNBytes((int) Math.min(count, CHUNK_BYTES)).length;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Reads to the end of the stream, and sums up all of it. */
  public FileSum finish() throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    int read = 0;
    while (read >= 0) {
      read = read(chunk, 0, chunk.length);
    }
    return new FileSum(lengthBytes, crc.getValue());
  }
}
