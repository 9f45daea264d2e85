package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecSpecTest {

  @Test
  void takesDefaultsNumbersAndText() {
    assertThat(CodecSpec.of("int8")).isEqualTo(new CodecSpec.Int8(1024));
    assertThat(CodecSpec.of("int8", Map.of("bucket", 512))).isEqualTo(new CodecSpec.Int8(512));
    assertThat(CodecSpec.of("topk", Map.of("density", "0.01", "warmupSteps", "1_000")))
        .isEqualTo(new CodecSpec.Topk(0.01, 0, 0, 1000));
  }

  @Test
  void namesTheNearestOfWhatItDoesNotKnow() {
    assertThatThrownBy(() -> CodecSpec.of("treshold"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no codec \"treshold\", nearest: threshold");
    assertThatThrownBy(() -> CodecSpec.of("topk", Map.of("densty", 1, "momentum", 3)))
        .hasMessageContaining("codec topk has no parameter \"densty\", nearest: density")
        .hasMessageContaining(
            "codec topk, parameter momentum: expected a number from 0 to 0.999, found 3");
    assertThatThrownBy(() -> CodecSpec.of("bf16", Map.of("bits", 1)))
        .hasMessageContaining("codec bf16 has no parameter \"bits\", it takes none");
    assertThatThrownBy(() -> CodecSpec.of("int8", Map.of("bucket", "many")))
        .hasMessageContaining("expected a whole number from 64 to 1024, found many");
    assertThatThrownBy(() -> CodecSpec.of("int8", Map.of("bucket", 100)))
        .hasMessageContaining("expected a power of two, found 100");
  }

  @ParameterizedTest
  @MethodSource("io.trireme.kernels.codec.Codecs#all")
  void defaultsAreWithinTheirRanges(CodecSpec codec) {
    assertThat(CodecSpec.names()).contains(codec.name());
    for (CodecParameter parameter : CodecSpec.parameters(codec.name())) {
      assertThat(parameter.range().contains(parameter.defaultValue()))
          .as(parameter.name())
          .isTrue();
      assertThat(parameter.range().contains(Double.NaN)).isFalse();
    }
  }
}
