package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.kernels.codec.tile.Tiles;
import org.junit.jupiter.api.Test;

class OnebitCodecTest {

  private final CodecSpec codec = CodecSpec.of("onebit");

  @Test
  void sendsSignsTimesTheMeanMagnitudeAndKeepsTheRest() {
    int n = 3333;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      for (int step = 0; step < 10; step++) {
        float[] gradient = Codecs.gaussian(step, n, 1);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent =
            Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        for (int from = 0; from < n; from += Tiles.SIZE) {
          int to = Math.min(n, from + Tiles.SIZE);
          double sum = 0;
          for (int i = from; i < to; i++) {
            sum += Math.abs(p[i]);
          }
          float scale = Math.abs(sent[from]);
          assertThat((double) scale).isBetween(sum / (to - from) * (1 - 0x1p-6), sum / (to - from));
          for (int i = from; i < to; i++) {
            assertThat(sent[i]).isEqualTo(Math.copySign(scale, p[i]));
            assertThat(rest[i]).isEqualTo(p[i] - sent[i]);
            if (Math.abs(p[i]) >= scale) {
              assertThat((double) sent[i] + rest[i]).isEqualTo(p[i]);
            }
          }
        }
      }
    }
  }

  @Test
  void isExactWhereTheInputIsOnAGrid() {
    int n = 2048;
    float[] gradient = new float[n];
    for (int i = 0; i < n; i++) {
      gradient[i] = (i % 201 - 100) * 0x1p-12f;
    }
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      float[] sent = Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), 0, 1, gradient);
      float[] rest = Codecs.residual(encoder, n);
      for (int i = 0; i < n; i++) {
        assertThat((double) sent[i] + rest[i]).isEqualTo(gradient[i]);
      }
    }
  }

  @Test
  void exactZerosAreMaskedSoThatUntouchedRowsNeverDrift() {
    int n = 2500;
    float[] gradient = Codecs.gaussian(1, n, 1);
    for (int i = 0; i < n; i += 3) {
      gradient[i] = i % 2 == 0 ? 0f : -0f;
    }
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      for (int step = 0; step < 20; step++) {
        float[] sent =
            Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), step, 1, gradient);
        for (int i = 0; i < n; i += 3) {
          assertThat(sent[i]).isZero();
          assertThat(Codecs.residual(encoder, n)[i]).isZero();
        }
      }
      assertThat(encoder.sentFloats()).isEqualTo(n - (n + 2) / 3);
    }
  }

  @Test
  void oneBitAFloat() {
    int n = 256 * 1024;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      float[] gradient = Codecs.gaussian(1, n, 1);
      for (int i = 0; i < n; i++) {
        gradient[i] = gradient[i] == 0 ? 1 : gradient[i];
      }
      Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), 0, 1, gradient);
      assertThat(encoder.encodedBytes()).isEqualTo(n / 8 + 4 * (n / 1024));
    }
  }
}
