package io.trireme.common.config;

import java.util.Map;

/**
 * A gradient codec as a job file names it.
 *
 * @param codec its name, see {@link io.trireme.kernels.codec.CodecSpec#names()}
 * @param parameters those that are written, by name
 */
public record CodecConfig(String codec, Map<String, Double> parameters) {

  /** Floats as they are. */
  public static final CodecConfig NONE = new CodecConfig("none", Map.of());

  public CodecConfig {
    parameters = Map.copyOf(parameters);
  }
}
