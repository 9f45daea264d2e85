package io.trireme.data.source;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Kinds of files that are taken for data by mistake, told by their first bytes. */
public enum KnownBytes {
  GZIP("gzip data", "unpack it", 0x1f, 0x8b),
  XZ("an xz file", "unpack it, for instance by xz -d", 0xfd, '7', 'z', 'X', 'Z'),
  BZIP2("a bzip2 file", "unpack it, for instance by bzip2 -d", 'B', 'Z', 'h'),
  ZSTD("a zstd file", "unpack it, for instance by zstd -d", 0x28, 0xb5, 0x2f, 0xfd),
  ZIP("a zip archive", "unpack it, for instance by unzip", 'P', 'K', 3, 4),
  POINTER(
      "a pointer of Git LFS",
      "fetch the file itself by git lfs pull",
      'v',
      'e',
      'r',
      's',
      'i',
      'o',
      'n',
      ' '),
  WEB_PAGE("a web page", "download the file itself", '<');

  private final String what;
  private final String wayOut;
  private final byte[] start;

  KnownBytes(String what, String wayOut, int... start) {
    this.what = what;
    this.wayOut = wayOut;
    this.start = new byte[start.length];
    for (int i = 0; i < start.length; i++) {
      this.start[i] = (byte) start[i];
    }
  }

  /** What a file is, such as {@code an xz file}. */
  public String what() {
    return what;
  }

  /** What to do about it, such as {@code unpack it}. */
  public String wayOut() {
    return wayOut;
  }

  /** What a file or stream with these first bytes is, if it is one of these. */
  public static Optional<KnownBytes> of(byte[] first, int length) {
    for (KnownBytes known : values()) {
      if (known == WEB_PAGE ? isPage(first, length) : known.begins(first, length)) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  private static boolean isPage(byte[] first, int length) {
    String text = new String(first, 0, length, StandardCharsets.ISO_8859_1);
    return text.stripLeading().toLowerCase(Locale.ROOT).matches("(?s)<(!d|!-|ht|he|\\?x|bo).*");
  }

  private boolean begins(byte[] first, int length) {
    if (length < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (first[i] != start[i]) {
        return false;
      }
    }
    return true;
  }
}
