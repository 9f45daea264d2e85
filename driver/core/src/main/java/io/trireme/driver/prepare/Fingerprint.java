package io.trireme.driver.prepare;

import io.trireme.data.DatasetDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Identifies sources and options: equal fingerprints mean equal shards. */
final class Fingerprint {
  private static final int CHARACTERS = 16;

  private Fingerprint() {}

  /** Reads the sources' files whole; 16 hexadecimal digits of a SHA-256. */
  static String of(List<SetSource> sources, int classes, Configuration configuration)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("shards ").append(DatasetDescription.FORMAT_VERSION).append('\n');
    text.append("classes ").append(classes).append('\n');
    for (SetSource source : sources) {
      text.append(source.identity(configuration)).append('\n');
    }
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
