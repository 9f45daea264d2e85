package io.trireme.common.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32C;

/** Manifests as bytes; see the package's description. */
final class ManifestJson {
  private static final String BEFORE_CRC = ",\n\"crc32c\":\"";
  private static final String AFTER_CRC = "\"}\n";
  private static final int CRC_DIGITS = 8;
  private static final int TRAILER_BYTES = BEFORE_CRC.length() + CRC_DIGITS + AFTER_CRC.length();

  private static final ObjectMapper JSON = Fingerprints.mapper();

  private ManifestJson() {}

  /** The manifest's file. */
  static byte[] encode(Manifest manifest) {
    try {
      String json = JSON.writeValueAsString(manifest);
      return sealed(json.substring(0, json.length() - 1));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a manifest without JSON form: " + e.getMessage(), e);
    }
  }

  /** A JSON object in UTF-8, without its last brace, with the trailer. */
  static byte[] sealed(String openJson) {
    byte[] body = openJson.getBytes(UTF_8);
    byte[] file = Arrays.copyOf(body, body.length + TRAILER_BYTES);
    byte[] trailer = trailer(body, body.length);
    System.arraycopy(trailer, 0, file, body.length, TRAILER_BYTES);
    return file;
  }

  private static byte[] trailer(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    String digits = HexFormat.of().toHexDigits((int) crc.getValue());
    return (BEFORE_CRC + digits + AFTER_CRC).getBytes(UTF_8);
  }

  /** The object in a sealed file; null if the file is not whole. */
  static @org.jspecify.annotations.Nullable JsonNode open(byte[] bytes) throws IOException {
    int length = bytes.length - TRAILER_BYTES;
    if (length < 0
        || !Arrays.equals(bytes, length, bytes.length, trailer(bytes, length), 0, TRAILER_BYTES)) {
      return null;
    }
    return JSON.readTree(bytes);
  }

  /**
   * Reads a manifest.
   *
   * @param file the file's name, for messages
   */
  static Manifest decode(String file, byte[] bytes) throws BadCheckpointException {
    try {
      JsonNode tree = open(bytes);
      if (tree == null) {
        throw new BadCheckpointException(
            StepState.DAMAGED,
            String.format(
                Locale.ROOT,
                "%s: truncated or changed: its last %d of %d bytes are not the CRC32C of the others",
                file,
                Math.min(TRAILER_BYTES, bytes.length),
                bytes.length));
      }
      int version = tree.path("formatVersion").asInt(-1);
      if (version > Manifest.FORMAT_VERSION) {
        throw new BadCheckpointException(
            StepState.NEWER_FORMAT,
            String.format(
                Locale.ROOT,
                "%s: format expected up to %d, seen %d; use the Trireme that wrote it",
                file,
                Manifest.FORMAT_VERSION,
                version));
      }
      return JSON.treeToValue(tree, Manifest.class);
    } catch (BadCheckpointException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          file + ": no manifest: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }
}
