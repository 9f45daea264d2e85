package io.trireme.driver.prepare;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes IDX files for tests. */
final class TestIdx {
  private static final int LABEL_HEADER_BYTES = 8;

  private TestIdx() {}

  static void images(Path file, int records, int height, int width) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16 + records * height * width);
    bytes.putInt(0x0803).putInt(records).putInt(height).putInt(width);
    for (int i = 0; bytes.hasRemaining(); i++) {
      bytes.put((byte) (i * 31 + i / 784));
    }
    Files.write(file, bytes.array());
  }

  static void labels(Path file, int records, int classes) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LABEL_HEADER_BYTES + records);
    bytes.putInt(0x0801).putInt(records);
    for (int i = 0; i < records; i++) {
      bytes.put((byte) (i % classes));
    }
    Files.write(file, bytes.array());
  }

  static void setLabel(Path file, int record, int label) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[LABEL_HEADER_BYTES + record] = (byte) label;
    Files.write(file, bytes);
  }

  static void gzip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
  }
}
