package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PowerSgdCodecTest {

  private static BlockShape matrix(int rows, int columns) {
    int n = rows * columns;
    return new BlockShape(n, List.of(), List.of(new MatrixPart(new FloatRange(0, n), columns)));
  }

  /** A matrix of a rank, with noise. */
  private static float[] lowRank(int rows, int columns, int rank, double noise) {
    float[] left = Codecs.gaussian(1, rows * rank, 1);
    float[] right = Codecs.gaussian(2, columns * rank, 1);
    float[] values = Codecs.gaussian(3, rows * columns, noise);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        for (int k = 0; k < rank; k++) {
          values[i * columns + j] += left[i * rank + k] * right[j * rank + k];
        }
      }
    }
    return values;
  }

  @Test
  void aMatrixOfTheRankTravelsWhole() {
    BlockShape shape = matrix(90, 1500);
    float[] gradient = lowRank(90, 1500, 2, 0);
    CodecSpec codec = new CodecSpec.PowerSgd(2);
    try (BlockEncoder encoder = codec.encoder(shape)) {
      float[] sent = Codecs.roundTrip(encoder, codec.decoder(shape), 0, 1, gradient);
      for (int i = 0; i < sent.length; i++) {
        assertThat(sent[i]).isCloseTo(gradient[i], org.assertj.core.data.Offset.offset(1e-4f));
      }
      assertThat(encoder.encodedBytes()).isEqualTo(4 * 2 * (90 + 1500));
    }
  }

  @Test
  void theResidualIsTheInputLessWhatIsDecoded() {
    int n = 40 * 100 + 77;
    BlockShape shape =
        new BlockShape(
            n,
            List.of(new FloatRange(100, 110)),
            List.of(
                new MatrixPart(new FloatRange(0, 100), 50),
                new MatrixPart(new FloatRange(110, n), 100)));
    CodecSpec codec = new CodecSpec.PowerSgd(3);
    try (BlockEncoder encoder = codec.encoder(shape)) {
      for (int step = 0; step < 6; step++) {
        float[] gradient = Codecs.gaussian(step, n, 1);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent = Codecs.roundTrip(encoder, codec.decoder(shape), step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        for (int i = 0; i < n; i++) {
          assertThat(rest[i]).isEqualTo(p[i] - sent[i]);
        }
        for (int i = 0; i < 110; i++) {
          assertThat(sent[i]).isEqualTo(gradient[i]);
        }
      }
    }
  }

  @Test
  void theWarmStartApproachesTheLeadingDirections() {
    BlockShape shape = matrix(128, 512);
    float[] gradient = lowRank(128, 512, 2, 0.5);
    CodecSpec codec = new CodecSpec.PowerSgd(2);
    double first = 0;
    double last = 0;
    try (BlockEncoder encoder = codec.encoder(shape)) {
      BlockDecoder decoder = codec.decoder(shape);
      for (int step = 0; step < 5; step++) {
        for (int i = 0; i < encoder.state().get(0).capacity(); i += 4) {
          encoder.state().get(0).putFloat(i, 0);
        }
        Codecs.roundTrip(encoder, decoder, step, 1, gradient);
        last = encoder.residualNormSquared();
        first = step == 0 ? last : first;
      }
    }
    double noise = 0.25 * 128 * 512;
    assertThat(last).isLessThan(noise).isLessThanOrEqualTo(first);
  }

  @Test
  void findsItsWayAfterZeros() {
    BlockShape shape = matrix(64, 64);
    float[] gradient = lowRank(64, 64, 1, 0);
    CodecSpec codec = new CodecSpec.PowerSgd(1);
    try (BlockEncoder encoder = codec.encoder(shape)) {
      BlockDecoder decoder = codec.decoder(shape);
      assertThat(Codecs.roundTrip(encoder, decoder, 0, 1, new float[64 * 64])).containsOnly(0f);
      float[] sent = Codecs.roundTrip(encoder, decoder, 1, 1, gradient);
      assertThat(sent[5]).isCloseTo(gradient[5], org.assertj.core.data.Offset.offset(1e-4f));
    }
  }

  @Test
  void matricesThatWouldNotShrinkTravelPlain() {
    BlockShape shape = matrix(6, 20);
    float[] gradient = Codecs.gaussian(1, 120, 1);
    CodecSpec codec = new CodecSpec.PowerSgd(4);
    try (BlockEncoder encoder = codec.encoder(shape)) {
      assertThat(Codecs.roundTrip(encoder, codec.decoder(shape), 0, 1, gradient))
          .isEqualTo(gradient);
    }
  }
}
