package io.trireme.driver.jobfile;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.Defaults;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.NumberRange;
import io.trireme.kernels.codec.CodecParameter;
import io.trireme.kernels.codec.CodecSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the keys {@code compression}, {@code onNonFinite} and {@code maxSkippedSteps}. */
final class CompressionReader {

  /** A codec's own warm-up is the job's. */
  private static final String WARMUP = "warmupSteps";

  private static final NumberRange WARMUP_STEPS = NumberRange.whole(0, 1_000_000);
  private static final List<String> POLICIES = List.of("fail", "skip");

  /** What auto chooses from, unless the job says otherwise. */
  private static final List<CodecConfig> CANDIDATES =
      Stream.of("bf16", "int8", "onebit").map(name -> new CodecConfig(name, Map.of())).toList();

  /** Its scale goes round from step to step, and would not survive a change. */
  private static final String SHARES_SCALES = "thc";

  private static final ValueKind<String> ANY = ValueKind.text(Pattern.compile(".*"), "a codec");

  private static final ValueKind<String> NAME = ValueKind.word("codec", CodecSpec.names());

  private static final ValueKind<String> NAME_OR_AUTO =
      ValueKind.word(
          "codec",
          Stream.concat(CodecSpec.names().stream(), Stream.of(CompressionConfig.AUTO)).toList());

  private final MappingReader root;

  CompressionReader(MappingReader root) {
    this.root = root;
  }

  /** A codec's name, or a mapping. */
  CompressionConfig compression() {
    if (!root.isMapping("compression")) {
      String name = root.read("compression", NAME_OR_AUTO, CodecConfig.NONE.codec());
      if (name.equals(CompressionConfig.AUTO)) {
        return new CompressionConfig(
            CodecConfig.NONE,
            List.of(),
            CodecConfig.NONE,
            Defaults.COMPRESSION_WARMUP_STEPS,
            CANDIDATES,
            true);
      }
      CodecConfig way = new CodecConfig(name, Map.of());
      return new CompressionConfig(
          way, List.of(), CodecConfig.NONE, Defaults.COMPRESSION_WARMUP_STEPS);
    }
    MappingReader section = root.section("compression");
    int warmup =
        section.read(WARMUP, ValueKind.count(WARMUP_STEPS), Defaults.COMPRESSION_WARMUP_STEPS);
    if (isAuto(section, "codec")) {
      return auto(section, warmup);
    }
    CodecConfig back = codec(section, "back");
    List<CompressionConfig.SegmentCodec> overrides = overrides(section.section("overrides"));
    CodecConfig way = mapping(section, List.of(WARMUP, "back", "overrides"));
    refuseOnTheWayBack(section, back);
    if (section.has(WARMUP)
        && warmup > 0
        && section.clean("codec")
        && plain(way, overrides, back)) {
      section.problem(WARMUP, "has no effect where everything travels plain; remove it");
    }
    return new CompressionConfig(way, overrides, back, warmup);
  }

  /** Codecs are chosen, but for those of some segments, and perhaps that of the way back. */
  private static CompressionConfig auto(MappingReader section, int warmup) {
    boolean autoBack = !section.has("back") || isAuto(section, "back");
    CodecConfig back = autoBack ? CodecConfig.NONE : codec(section, "back");
    List<CompressionConfig.SegmentCodec> overrides = overrides(section.section("overrides"));
    List<CodecConfig> candidates = candidates(section.section("candidates"));
    section.close();
    refuseOnTheWayBack(section, back);
    if (Stream.concat(Stream.of(back), overrides.stream().map(one -> one.codec()))
        .anyMatch(codec -> codec.codec().equals(SHARES_SCALES))) {
      section.problem("codec", "auto goes with no " + SHARES_SCALES + " beside it; remove one");
    }
    return new CompressionConfig(
        CodecConfig.NONE,
        overrides,
        back,
        warmup,
        candidates.isEmpty() ? CANDIDATES : candidates,
        autoBack);
  }

  private static boolean isAuto(MappingReader section, String key) {
    return section.isScalar(key) && CompressionConfig.AUTO.equals(section.readOrNull(key, ANY));
  }

  /** Codecs by name, each with its parameters. */
  private static List<CodecConfig> candidates(MappingReader section) {
    List<CodecConfig> candidates = new ArrayList<>();
    for (String name : section.keys()) {
      section.allow(List.of(name));
      if (!CodecSpec.names().contains(name)
          || name.equals(SHARES_SCALES)
          || name.equals(CodecConfig.NONE.codec())) {
        section.problem(
            name,
            "is no candidate; expected one of "
                + CodecSpec.names().stream()
                    .filter(one -> !one.equals(SHARES_SCALES) && !one.equals("none"))
                    .collect(Collectors.joining(", "))
                + " (none always is one)");
        continue;
      }
      CodecConfig codec = parameters(section.section(name), name, List.of());
      if (codec.parameters().getOrDefault("momentum", 0.0) > 0) {
        section.problem(name, "has momentum, which a change of codecs would lose; expected 0");
      }
      candidates.add(codec);
    }
    section.close();
    return candidates;
  }

  private static boolean plain(
      CodecConfig way, List<CompressionConfig.SegmentCodec> overrides, CodecConfig back) {
    return way.codec().equals("none")
        && back.codec().equals("none")
        && overrides.stream().allMatch(one -> one.codec().codec().equals("none"));
  }

  /** What accumulates by itself would add up what the parameters have accumulated already. */
  private static void refuseOnTheWayBack(MappingReader section, CodecConfig back) {
    if (back.parameters().getOrDefault("momentum", 0.0) > 0) {
      section.problem("back", "has momentum, which is for gradients only; expected momentum: 0");
    }
  }

  private static List<CompressionConfig.SegmentCodec> overrides(MappingReader section) {
    List<CompressionConfig.SegmentCodec> overrides = new ArrayList<>();
    for (String pattern : section.keys()) {
      section.allow(List.of(pattern));
      try {
        Pattern unused = Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        section.problem(pattern, "is no regular expression: " + e.getDescription());
      }
      overrides.add(new CompressionConfig.SegmentCodec(pattern, codec(section, pattern)));
    }
    section.close();
    return overrides;
  }

  /** A codec's name, or a mapping that holds a codec and nothing else. */
  private static CodecConfig codec(MappingReader section, String key) {
    return section.isMapping(key)
        ? mapping(section.section(key), List.of())
        : new CodecConfig(section.read(key, NAME, CodecConfig.NONE.codec()), Map.of());
  }

  /** The codec of a mapping that also holds other keys, which were read before. */
  private static CodecConfig mapping(MappingReader section, List<String> others) {
    String codec = section.require("codec", NAME);
    section.allow(others);
    if (!section.clean("codec")) {
      // Which parameters it has is unknown.
      section.allow(section.keys());
      return CodecConfig.NONE;
    }
    return parameters(section, codec, others);
  }

  private static CodecConfig parameters(MappingReader section, String codec, List<String> others) {
    section.allow(others);
    Map<String, Double> values = new LinkedHashMap<>();
    for (CodecParameter parameter : CodecSpec.parameters(codec)) {
      if (!parameter.name().equals(WARMUP)) {
        Double value =
            section.readOrNull(
                parameter.name(), ValueKind.number(parameter.range(), parameter.defaultValue()));
        if (value != null) {
          values.put(parameter.name(), value);
        }
      }
    }
    section.close();
    try {
      CodecSpec unused = CodecSpec.of(codec, values);
    } catch (IllegalArgumentException e) {
      if (values.keySet().stream().allMatch(section::clean)) {
        section.problem(String.valueOf(e.getMessage()));
      }
    }
    return new CodecConfig(codec, values);
  }

  NonFiniteConfig nonFinite() {
    boolean skip =
        root.read("onNonFinite", ValueKind.word("policy", POLICIES), Defaults.ON_NON_FINITE)
            .equals("skip");
    int max =
        root.read(
            "maxSkippedSteps", ValueKind.count(NumberRange.COUNT), Defaults.MAX_SKIPPED_STEPS);
    if (!skip && root.has("maxSkippedSteps") && root.clean("onNonFinite")) {
      root.problem(
          "maxSkippedSteps",
          "has no effect with onNonFinite: fail; remove it, or set onNonFinite to skip");
    }
    return skip ? new NonFiniteConfig(true, max) : NonFiniteConfig.FAIL;
  }
}
