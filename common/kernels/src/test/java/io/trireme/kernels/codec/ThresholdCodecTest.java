package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdCodecTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.01, 0.2, 3})
  void sendsTauWhereItIsReachedAndKeepsTheRestExactly(double scale) {
    CodecSpec codec = new CodecSpec.Threshold(0.015625, 0, 1);
    int n = 70_001;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      for (int step = 0; step < 5; step++) {
        float[] gradient = Codecs.gaussian(step, n, scale);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent =
            Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        int hits = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
          boolean hit = Math.abs(p[i]) >= 0.015625f;
          hits += hit ? 1 : 0;
          assertThat(sent[i]).isEqualTo(hit ? Math.copySign(0.015625f, p[i]) : 0f);
          assertThat((double) sent[i] + rest[i]).isEqualTo(p[i]);
          squares += (double) rest[i] * rest[i];
        }
        assertThat(encoder.sentFloats()).isEqualTo(hits);
        assertThat(encoder.residualNormSquared())
            .isCloseTo(squares, org.assertj.core.data.Percentage.withPercentage(0.01));
        int chunks = 3;
        assertThat(encoder.encodedBytes())
            .isLessThanOrEqualTo(4 + 4 * chunks + Math.min(2 * hits, (n + 16) / 4));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 1e-3, 1, 1e5})
  void densityStaysBetweenTheBounds(double scale) {
    CodecSpec codec = CodecSpec.of("threshold");
    int n = 100_000;
    int sent = 0;
    int steps = 150;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      for (int step = 0; step < steps; step++) {
        Codecs.roundTrip(encoder, decoder, step, 1, Codecs.gaussian(step, n, scale));
        sent += step < 100 ? 0 : encoder.sentFloats();
      }
    }
    assertThat(sent / 50.0 / n).isBetween(0.5e-4, 1.5e-2);
  }

  @Test
  void waitsForTheFirstGradientThatIsNotZero() {
    CodecSpec codec = CodecSpec.of("threshold");
    int n = 10_000;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      assertThat(Codecs.roundTrip(encoder, decoder, 0, 1, new float[n])).containsOnly(0f);
      Codecs.roundTrip(encoder, decoder, 1, 1, Codecs.gaussian(1, n, 1));
      assertThat(encoder.sentFloats()).isBetween(1, n / 50);
    }
  }
}
