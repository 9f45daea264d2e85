package io.trireme.common.config;

import java.util.List;

/**
 * How gradients, and the parameters that come back, travel.
 *
 * @param way the codec of gradients
 * @param overrides codecs of some segments; of several that match a segment, the first holds
 * @param back the codec of the parameters' changes on their way back
 * @param warmupSteps steps at the start in which everything travels plain; with {@code topk}, steps
 *     until its density is reached
 */
public record CompressionConfig(
    CodecConfig way, List<SegmentCodec> overrides, CodecConfig back, int warmupSteps) {

  /** Everything travels plain. */
  public static final CompressionConfig NONE =
      new CompressionConfig(CodecConfig.NONE, List.of(), CodecConfig.NONE, 0);

  public CompressionConfig {
    overrides = List.copyOf(overrides);
  }

  /** Whether any gradient travels by a codec. */
  boolean names(String codec) {
    return way.codec().equals(codec)
        || overrides.stream().anyMatch(one -> one.codec().codec().equals(codec));
  }

  /**
   * The codec of the segments whose whole name matches a pattern.
   *
   * @param segments a regular expression of {@link java.util.regex.Pattern}
   */
  public record SegmentCodec(String segments, CodecConfig codec) {}
}
