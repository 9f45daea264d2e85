package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TopkCodecTest {

  @Test
  void sendsTheGreatestAsTheyAreAndKeepsTheOthersExactly() {
    CodecSpec codec = CodecSpec.of("topk", Map.of("density", 0.01));
    int n = 150_000;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      for (int step = 0; step < 20; step++) {
        float[] gradient = Codecs.gaussian(step, n, 1);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent = Codecs.roundTrip(encoder, decoder, step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        float least = Float.MAX_VALUE;
        float greatest = 0;
        for (int i = 0; i < n; i++) {
          assertThat(sent[i] == 0 ? rest[i] : sent[i]).isEqualTo(p[i]);
          assertThat(sent[i] == 0 || rest[i] == 0).isTrue();
          least = sent[i] == 0 ? least : Math.min(least, Math.abs(sent[i]));
          greatest = Math.max(greatest, Math.abs(rest[i]));
        }
        if (encoder.sentFloats() < 2 * n / 100 + 16) {
          assertThat(least).isGreaterThanOrEqualTo(greatest);
        }
        assertThat(encoder.sentFloats()).isBetween(n / 100 / 2, 2 * n / 100);
      }
    }
  }

  @Test
  void correctsMomentumAsInThePaper() {
    float momentum = 0.9f;
    CodecSpec codec = CodecSpec.of("topk", Map.of("density", 0.02, "momentum", "0.9"));
    int n = 5000;
    float[] u = new float[n];
    float[] v = new float[n];
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      for (int step = 0; step < 30; step++) {
        float[] gradient = Codecs.gaussian(step, n, 1);
        float[] sent = Codecs.roundTrip(encoder, decoder, step, 1, gradient);
        for (int i = 0; i < n; i++) {
          u[i] = momentum * u[i] + gradient[i];
          v[i] += u[i];
          assertThat(sent[i]).isIn(0f, v[i]);
          if (sent[i] != 0) {
            u[i] = 0;
            v[i] = 0;
          }
        }
        assertThat(Codecs.residual(encoder, n)).isEqualTo(v);
        assertThat(Codecs.floats(encoder.state().get(1), 0, n)).isEqualTo(u);
      }
    }
  }

  @Test
  void densityFallsOverTheWarmUp() {
    CodecSpec codec = CodecSpec.of("topk", Map.of("density", 0.001, "warmupSteps", 40));
    int n = 200_000;
    double[] expected = {0.25, 0.0625, 0.015625, 0.00390625, 0.001};
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      for (int phase = 0; phase < expected.length; phase++) {
        double sent = 0;
        for (int i = 0; i < 10; i++) {
          int step = 10 * phase + i;
          Codecs.roundTrip(encoder, decoder, step, 1, Codecs.gaussian(step, n, 1));
          sent += encoder.sentFloats() / 10.0 / n;
        }
        assertThat(sent).isBetween(0.5 * expected[phase], 2.01 * expected[phase]);
      }
    }
  }

  @Test
  void equalMagnitudesNeverOverflowAndAllLeaveInTheEnd() {
    CodecSpec codec = CodecSpec.of("topk", Map.of("density", 0.1));
    int n = 20_000;
    float[] ones = new float[n];
    java.util.Arrays.fill(ones, 1f);
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      Codecs.roundTrip(encoder, decoder, 0, 1, ones);
      for (int step = 1; step < 40 && encoder.residualNormSquared() > 0; step++) {
        Codecs.roundTrip(encoder, decoder, step, 1, new float[n]);
      }
      assertThat(encoder.residualNormSquared()).isZero();
    }
  }

  @Test
  void clipsTheGradientOfABlock() {
    CodecSpec codec = CodecSpec.of("topk", Map.of("clipNorm", 2.0));
    int n = 4000;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      float[] sent =
          Codecs.roundTrip(
              encoder, codec.decoder(BlockShape.vector(n)), 0, 1, Codecs.gaussian(1, n, 5));
      double squares = encoder.residualNormSquared();
      for (float each : sent) {
        squares += (double) each * each;
      }
      assertThat(Math.sqrt(squares)).isBetween(1.999, 2.001);
    }
  }
}
