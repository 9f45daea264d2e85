package io.trireme.data.idx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * Makes IDX files for tests: record r of images holds bytes (r + i) mod 256, label r is r mod 10.
 */
final class IdxFiles {
  private IdxFiles() {}

  static byte[] images(int records, int height, int width) {
    int recordBytes = height * width;
    ByteBuffer bytes = ByteBuffer.allocate(16 + records * recordBytes);
    bytes.putInt(0x0803).putInt(records).putInt(height).putInt(width);
    for (int record = 0; record < records; record++) {
      for (int i = 0; i < recordBytes; i++) {
        bytes.put((byte) (record + i));
      }
    }
    return bytes.array();
  }

  static byte[] labels(int records) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + records);
    bytes.putInt(0x0801).putInt(records);
    for (int record = 0; record < records; record++) {
      bytes.put((byte) (record % 10));
    }
    return bytes.array();
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return out.toByteArray();
  }

  static org.apache.hadoop.fs.Path write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return new org.apache.hadoop.fs.Path(file.toUri());
  }
}
