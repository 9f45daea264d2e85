package io.trireme.common.config;

import java.util.List;

/**
 * How gradients, and the parameters that come back, travel.
 *
 * @param way the codec of gradients
 * @param overrides codecs of some segments; of several that match a segment, the first holds
 * @param back the codec of the parameters' changes on their way back
 * @param candidates the codecs among which is chosen while the job runs, beside {@code none}; empty
 *     where nothing is chosen, else {@code way} is {@code none}
 * @param autoBack whether the codec on the way back is chosen, too
 * @param warmupSteps steps at the start in which everything travels plain; with {@code topk}, steps
 *     until its density is reached
 */
public record CompressionConfig(
    CodecConfig way,
    List<SegmentCodec> overrides,
    CodecConfig back,
    int warmupSteps,
    List<CodecConfig> candidates,
    boolean autoBack) {

  /** The value of {@code codec} with which codecs are chosen while the job runs. */
  public static final String AUTO = "auto";

  /** Everything travels plain. */
  public static final CompressionConfig NONE =
      new CompressionConfig(CodecConfig.NONE, List.of(), CodecConfig.NONE, 0);

  public CompressionConfig {
    overrides = List.copyOf(overrides);
    candidates = List.copyOf(candidates);
  }

  /** Codecs that do not change. */
  public CompressionConfig(
      CodecConfig way, List<SegmentCodec> overrides, CodecConfig back, int warmupSteps) {
    this(way, overrides, back, warmupSteps, List.of(), false);
  }

  /** Whether codecs are chosen while the job runs. */
  public boolean isAuto() {
    return !candidates.isEmpty();
  }

  /** The same with other codecs for what no override names. */
  public CompressionConfig with(CodecConfig newWay, CodecConfig newBack) {
    return new CompressionConfig(newWay, overrides, newBack, warmupSteps, candidates, autoBack);
  }

  /**
   * The codec of a segment's gradient: the first override's whose pattern matches, or the job's.
   */
  public CodecConfig of(String segment) {
    return overrides.stream()
        .filter(one -> segment.matches(one.segments()))
        .map(SegmentCodec::codec)
        .findFirst()
        .orElse(way);
  }

  /** Whether any gradient travels by this codec. */
  public boolean names(String codec) {
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
