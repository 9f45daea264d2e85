package io.trireme.data.shard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Counts and checksums what passes to a stream; closing it leaves the stream open. */
final class ChecksumChannel implements WritableByteChannel {
  private static final int CHUNK_BYTES = 1 << 16;

  private final OutputStream out;
  private final CRC32C crc = new CRC32C();
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private long lengthBytes;

  ChecksumChannel(OutputStream out) {
    this.out = out;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  long crc32c() {
    return crc.getValue();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      int part = Math.min(source.remaining(), chunk.length);
      source.get(chunk, 0, part);
      crc.update(chunk, 0, part);
      out.write(chunk, 0, part);
    }
    lengthBytes += length;
    return length;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // The stream is closed by the class that publishes the file.
  }
}
