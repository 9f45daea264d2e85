package io.trireme.driver.prepare;

import io.trireme.data.source.SourceContents;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Identifies sources and options: equal fingerprints mean equal examples in equal order. */
final class Fingerprint {
  private static final int CHARACTERS = 16;

  /**
   * Changes when equal sources no longer mean equal examples. It is not the version of the shards:
   * checkpoints that were made over older shards go on over newer ones.
   */
  private static final int VERSION = 1;

  private Fingerprint() {}

  /** 16 hexadecimal digits of a SHA-256. */
  static String of(List<SourceContents> contents, int classes) {
    StringBuilder text = new StringBuilder();
    text.append("shards ").append(VERSION).append('\n');
    text.append("classes ").append(classes).append('\n');
    contents.forEach(set -> text.append(set.identity()).append('\n'));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
