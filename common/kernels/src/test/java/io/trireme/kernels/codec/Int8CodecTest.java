package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.kernels.codec.tile.Int8Kernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Int8CodecTest {

  @ParameterizedTest
  @ValueSource(ints = {64, 256, 1024})
  void sentPlusResidualEqualsInputOnTheGrid(int bucket) {
    CodecSpec codec = new CodecSpec.Int8(bucket);
    int n = 5003;
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      for (int step = 0; step < 10; step++) {
        float[] gradient = Codecs.gaussian(step, n, 0.01);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent =
            Codecs.roundTrip(encoder, codec.decoder(BlockShape.vector(n)), step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        for (int i = 0; i < n; i++) {
          float unit = unit(p, i / bucket * bucket, Math.min(n, i / bucket * bucket + bucket));
          assertThat(Math.abs(rest[i])).isLessThanOrEqualTo(unit);
          assertThat((double) sent[i] / unit).isEqualTo(Math.rint((double) sent[i] / unit));
          if (Math.abs(p[i]) >= unit || sent[i] == 0) {
            assertThat((double) sent[i] + rest[i]).isEqualTo(p[i]);
          } else {
            assertThat(rest[i]).isEqualTo(p[i] - sent[i]);
          }
        }
      }
    }
  }

  private static float unit(float[] p, int from, int to) {
    float max = 0;
    for (int i = from; i < to; i++) {
      max = Math.max(max, Math.abs(p[i]));
    }
    return Int8Kernel.unit(max);
  }

  @Test
  void theMeanOverManySeedsIsTheInput() {
    int n = 1024;
    int rounds = 4000;
    CodecSpec codec = CodecSpec.of("int8");
    float[] gradient = Codecs.gaussian(7, n, 1);
    double[] sums = new double[n];
    BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
    for (int round = 0; round < rounds; round++) {
      try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
        float[] sent = Codecs.roundTrip(encoder, decoder, round % 10, round, gradient);
        for (int i = 0; i < n; i++) {
          sums[i] += sent[i];
        }
      }
    }
    double unit = unit(gradient, 0, n);
    double chi = 0;
    for (int i = 0; i < n; i++) {
      double below = gradient[i] / unit - Math.floor(gradient[i] / unit);
      double sigma = Math.sqrt(Math.max(1e-4, below * (1 - below)) / rounds);
      double error = (sums[i] / rounds - gradient[i]) / unit;
      assertThat(Math.abs(error)).isLessThan(5.5 * sigma + 0x1p-16);
      chi += error * error / (sigma * sigma);
    }
    assertThat(chi / n).isBetween(0.8, 1.2);
  }

  @Test
  void tilesAndStepsDrawDifferently() {
    int n = 4096;
    float[] same = new float[n];
    for (int i = 0; i < n; i++) {
      same[i] = i % 1024 == 0 ? 1f : 0.5f / 127;
    }
    CodecSpec codec = CodecSpec.of("int8");
    try (BlockEncoder one = codec.encoder(BlockShape.vector(n));
        BlockEncoder two = codec.encoder(BlockShape.vector(n));
        BlockEncoder three = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      float[] first = Codecs.roundTrip(one, decoder, 0, 1, same);
      float[] second = Codecs.roundTrip(two, decoder, 1, 1, same);
      float[] again = Codecs.roundTrip(three, decoder, 0, 1, same);
      assertThat(first).isEqualTo(again).isNotEqualTo(second);
      assertThat(first[5]).isIn(0f, Int8Kernel.unit(1f));
      assertThat(java.util.Arrays.copyOf(first, 1024))
          .isNotEqualTo(java.util.Arrays.copyOfRange(first, 1024, 2048));
    }
  }
}
