package io.trireme.common.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a lease's file says.
 *
 * @param token the fencing token
 * @param owner a random id of the holder's life
 * @param host where the holder runs
 * @param pid its process there
 * @param expiresAtMs until when it holds, in milliseconds since 1970; 0 once it has let go
 */
record LeaseRecord(long token, String owner, String host, long pid, long expiresAtMs) {
  private static final ObjectMapper JSON = Fingerprints.mapper();

  /** The file: JSON with the trailer of a manifest. */
  byte[] encode() {
    try {
      String json = JSON.writeValueAsString(this);
      return ManifestJson.sealed(json.substring(0, json.length() - 1));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON form of a lease", e);
    }
  }

  /** The record of a file; null if the file is not whole. */
  static @Nullable LeaseRecord decode(byte[] bytes) {
    try {
      JsonNode tree = ManifestJson.open(bytes);
      return tree == null ? null : JSON.treeToValue(tree, LeaseRecord.class);
    } catch (IOException half) {
      return null;
    }
  }

  LeaseRecord until(long newExpiresAtMs) {
    return new LeaseRecord(token, owner, host, pid, newExpiresAtMs);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "process %d on host %s until %s",
        pid,
        host,
        Instant.ofEpochMilli(expiresAtMs));
  }
}
