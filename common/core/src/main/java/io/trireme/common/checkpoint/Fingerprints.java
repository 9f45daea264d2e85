package io.trireme.common.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Canonical JSON of records, and SHA-256 of it: equal values have equal texts. */
public final class Fingerprints {

  private static final ObjectMapper JSON = mapper();

  private Fingerprints() {}

  /** Sorts what has no order, and takes unknown fields, which later formats may add. */
  static ObjectMapper mapper() {
    return JsonMapper.builder()
        .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .build();
  }

  /** A record, such as a job's configuration, as canonical JSON. */
  public static JsonNode json(Record value) {
    try {
      return JSON.readTree(JSON.writeValueAsBytes(value));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("no JSON form of " + value.getClass().getName(), e);
    }
  }

  /** SHA-256, in hexadecimal, of canonical JSON. */
  public static String of(JsonNode canonical) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(JSON.writeValueAsBytes(canonical)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java without SHA-256", e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no text of JSON: " + e.getMessage(), e);
    }
  }

  /** The fingerprint of a layout and of how it is cut: equal ones have equal groups and state. */
  public static String ofLayout(Layout layout, BlockPlan plan) {
    return of(json(new Cut(layout, plan)));
  }

  record Cut(Layout layout, BlockPlan plan) {}
}
