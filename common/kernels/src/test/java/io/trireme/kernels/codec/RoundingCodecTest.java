package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** bf16 and fp16. */
class RoundingCodecTest {

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void sentPlusResidualEqualsInputExactly(String name) {
    CodecSpec codec = CodecSpec.of(name);
    for (int n : new int[] {1, 3, 1000, 1024, 5001}) {
      List<float[]> gradients = new ArrayList<>(Codecs.odd(n, n));
      gradients.add(Codecs.gaussian(n, n, 1e-6));
      gradients.add(Codecs.gaussian(n, n, 1e6));
      try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
        for (int step = 0; step < 3; step++) {
          for (float[] gradient : gradients) {
            float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
            float[] sent =
                Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), step, 1, gradient);
            float[] rest = Codecs.residual(encoder, n);
            for (int i = 0; i < n; i++) {
              assertThat((double) sent[i] + rest[i]).isEqualTo(p[i]);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void roundsToNearest(String name) {
    int n = 4000;
    double ulps = name.equals("bf16") ? 0x1p-8 : 0x1p-11;
    float[] gradient = Codecs.gaussian(1, n, 1);
    CodecSpec codec = CodecSpec.of(name);
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      float[] sent = Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), 0, 1, gradient);
      for (int i = 0; i < n; i++) {
        double ulp = Math.scalb(ulps, Math.getExponent(gradient[i]));
        assertThat(Math.abs(sent[i] - (double) gradient[i])).isLessThanOrEqualTo(ulp);
      }
    }
  }
}
