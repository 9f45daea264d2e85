package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.minimal;
import static io.trireme.driver.jobfile.Jobs.problemsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.CompressionConfig.SegmentCodec;
import io.trireme.common.config.NonFiniteConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys {@code compression}, {@code onNonFinite} and {@code maxSkippedSteps}. */
class CompressionKeysTest {

  @Test
  void nothingIsCompressedAndNothingSkippedUnlessSo() {
    assertThat(minimal().compression()).isEqualTo(CompressionConfig.NONE);
    assertThat(minimal().nonFinite()).isEqualTo(NonFiniteConfig.FAIL);
  }

  @Test
  void aNameIsACodecWithItsDefaults() {
    assertThat(minimal("compression=onebit").compression())
        .isEqualTo(
            new CompressionConfig(
                new CodecConfig("onebit", Map.of()), List.of(), CodecConfig.NONE, 0));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            minimal(
                    "compression={codec: topk, density: 0.01, momentum: 0.9, warmupSteps: 50,"
                        + " back: {codec: int8, bucket: 256},"
                        + " overrides: {'.*_b': none, '0_W': {codec: thc, bits: 8}}}")
                .compression())
        .isEqualTo(
            new CompressionConfig(
                new CodecConfig("topk", Map.of("density", 0.01, "momentum", 0.9)),
                List.of(
                    new SegmentCodec(".*_b", CodecConfig.NONE),
                    new SegmentCodec("0_W", new CodecConfig("thc", Map.of("bits", 8.0)))),
                new CodecConfig("int8", Map.of("bucket", 256.0)),
                50));
    assertThat(minimal("onNonFinite=skip").nonFinite()).isEqualTo(new NonFiniteConfig(true, 5));
    assertThat(minimal("onNonFinite=skip", "maxSkippedSteps=2").nonFinite())
        .isEqualTo(new NonFiniteConfig(true, 2));
  }

  @Test
  void autoChoosesFromCandidates() {
    CompressionConfig auto = minimal("compression=auto").compression();
    assertThat(auto.isAuto()).isTrue();
    assertThat(auto.autoBack()).isTrue();
    assertThat(auto.way()).isEqualTo(CodecConfig.NONE);
    assertThat(auto.candidates())
        .extracting(CodecConfig::codec)
        .containsExactly("bf16", "int8", "onebit");
    assertThat(minimal("compression={codec: auto}").compression()).isEqualTo(auto);
    assertThat(
            minimal(
                    "compression={codec: auto, back: bf16, warmupSteps: 9,"
                        + " candidates: {topk: {density: 0.01}, fp16: {}}}")
                .compression())
        .isEqualTo(
            new CompressionConfig(
                CodecConfig.NONE,
                List.of(),
                new CodecConfig("bf16", Map.of()),
                9,
                List.of(
                    new CodecConfig("topk", Map.of("density", 0.01)),
                    new CodecConfig("fp16", Map.of())),
                false));
  }

  @Test
  void whatAutoCannotHaveIsRefused() {
    assertThat(problemsOf("compression={codec: auto, density: 0.1}"))
        .singleElement()
        .asString()
        .contains("density: unknown key");
    assertThat(problemsOf("compression={codec: auto, candidates: {thc: {}}}"))
        .singleElement()
        .asString()
        .contains("thc: is no candidate");
    assertThat(problemsOf("compression={codec: auto, candidates: {topk: {momentum: 0.9}}}"))
        .singleElement()
        .asString()
        .contains("momentum");
    assertThat(problemsOf("compression={codec: int8, candidates: {bf16: {}}}")).hasSize(1);
    assertThat(problemsOf("compression=auto", "sync={mode: async}"))
        .singleElement()
        .asString()
        .contains("auto with sync.mode async");
    assertThat(problemsOf("compression=auto", "checkpoint={everySteps: 5}"))
        .singleElement()
        .asString()
        .contains("auto beside checkpoints");
  }

  @Test
  void allMistakesAreToldAtOnceWithWhatIsNear() {
    assertThat(
            problemsOf(
                "compression={codec: topk, densty: 0.1, clipNorm: -1, warmupSteps: x, back: bf17,"
                    + " overrides: {'(': none, 'a': {codec: int8, bucket: 100}}}",
                "onNonFinite=skp"))
        .containsExactlyInAnyOrder(
            "--set compression: key compression.densty: unknown key; nearest key \"compression.density\"",
            "--set compression: key compression.clipNorm: is \"-1\"; expected a number from 0 to 1000000",
            "--set compression: key compression.warmupSteps: is \"x\"; expected a whole number from 0"
                + " to 1000000",
            "--set compression: key compression.back: is \"bf17\"; nearest codec \"bf16\"",
            "--set compression: key compression.overrides.(: is no regular expression: Unclosed group",
            "--set compression: key compression.overrides.a: codec int8, parameter bucket: expected a"
                + " power of two, found 100",
            "--set onNonFinite: is \"skp\"; nearest policy \"skip\"");
  }

  @Test
  void aCodecThatNobodyKnowsIsNamedAndItsParametersAreNotJudged() {
    assertThat(problemsOf("compression={codec: tpok, density: 0.1}"))
        .containsExactly(
            "--set compression: key compression.codec: is \"tpok\"; nearest codec \"topk\"");
    assertThat(problemsOf("compression={density: 0.1}")).hasSize(1);
  }

  @Test
  void keysWithoutEffectAreRefused() {
    assertThat(problemsOf("compression={codec: none, warmupSteps: 3}"))
        .singleElement()
        .asString()
        .contains("warmupSteps: has no effect");
    assertThat(problemsOf("maxSkippedSteps=3"))
        .singleElement()
        .asString()
        .contains("no effect with onNonFinite: fail");
    assertThat(problemsOf("compression={codec: bf16, back: {codec: topk, momentum: 0.9}}"))
        .singleElement()
        .asString()
        .contains("momentum");
    assertThat(problemsOf("compression={codec: onebit, tau: 0.1}")).hasSize(1);
  }
}
