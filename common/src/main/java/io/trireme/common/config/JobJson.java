package io.trireme.common.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * A job as canonical JSON, keys sorted: how it is handed to executors, and what its fingerprint is
 * made of.
 */
public final class JobJson {
  private JobJson() {}

  private static final String REFUSAL = "not a job written by this version of Trireme: ";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  /** The job as JSON; equal jobs give equal text. */
  public static String write(JobConfig config) {
    try {
      return MAPPER.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("job " + config.job() + " cannot be written as JSON", e);
    }
  }

  /**
   * The job of {@link #write}'s text.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static JobConfig read(String json) {
    try {
      JobConfig config = MAPPER.readValue(json, JobConfig.class);
      if (config == null) {
        throw new IllegalArgumentException(REFUSAL + "it is null");
      }
      return config;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(REFUSAL + e.getOriginalMessage(), e);
    }
  }
}
