package io.trireme.worker.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.codec.BlockDecoder;
import io.trireme.common.codec.BlockEncoder;
import io.trireme.common.codec.BlockShape;
import io.trireme.common.codec.CodecSpec;
import io.trireme.common.codec.FloatRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** On the backend that there is: the CPU's. */
class DeviceThresholdEncoderTest {

  private static final int LENGTH = 70_000;
  private static final BlockShape SHAPE =
      new BlockShape(LENGTH, List.of(new FloatRange(500, 600)), List.of());

  private static float[] gaussian(long seed, double scale) {
    Random random = new Random(seed);
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    return values;
  }

  private static UnsafeBuffer offHeap(int bytes) {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
  }

  private static float[] decode(BlockDecoder decoder, UnsafeBuffer in, int bytes) {
    UnsafeBuffer out = offHeap(4 * LENGTH);
    assertThat(decoder.decode(in, 0, bytes, out, 0)).isTrue();
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = out.getFloat(4 * i);
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.1, 1})
  void sendsAndKeepsWhatTheEncoderOnTheHostDoes(double scale) {
    CodecSpec.Threshold codec = new CodecSpec.Threshold(0.0625, 1e-4, 1e-2);
    try (DeviceEncoder device = new DeviceThresholdEncoder(codec, SHAPE);
        BlockEncoder host = codec.encoder(SHAPE)) {
      BlockDecoder decoder = codec.decoder(SHAPE);
      UnsafeBuffer one = offHeap(device.maxEncodedBytes());
      UnsafeBuffer two = offHeap(host.maxEncodedBytes());
      UnsafeBuffer floats = offHeap(4 * LENGTH);
      for (int step = 0; step < 6; step++) {
        float[] gradient = gaussian(step, scale);
        for (int i = 0; i < LENGTH; i++) {
          floats.putFloat(4 * i, gradient[i]);
        }
        INDArray array = Nd4j.createFromArray(gradient);
        int bytes = device.encode(step, 1, array, one, 0);
        assertThat(array.toFloatVector()).isEqualTo(gradient);
        assertThat(host.encode(step, 1, floats, 0, two, 0)).isEqualTo(bytes);
        assertThat(decode(decoder, one, bytes)).isEqualTo(decode(decoder, two, bytes));
        assertThat(device.sentFloats()).isEqualTo(host.sentFloats());
        float[] residual = device.residual().toFloatVector();
        for (int i = 0; i < LENGTH; i++) {
          assertThat(residual[i]).isEqualTo(host.state().get(0).getFloat(4 * i));
        }
        assertThat(device.residualNormSquared())
            .isCloseTo(
                host.residualNormSquared(), org.assertj.core.data.Percentage.withPercentage(0.1));
      }
    }
  }

  @Test
  void findsItsFirstTauAndHoldsTheDensity() {
    CodecSpec.Threshold codec = (CodecSpec.Threshold) CodecSpec.of("threshold");
    try (DeviceEncoder device = new DeviceThresholdEncoder(codec, SHAPE)) {
      UnsafeBuffer out = offHeap(device.maxEncodedBytes());
      assertThat(device.encode(0, 1, Nd4j.zeros(LENGTH).castTo(Nd4j.dataType()), out, 0))
          .isPositive();
      int sent = 0;
      for (int step = 1; step <= 20; step++) {
        assertThat(device.encode(step, 1, Nd4j.createFromArray(gaussian(step, 1e-6)), out, 0))
            .isPositive();
        sent += device.sentFloats() - 100;
      }
      assertThat(sent / 20.0 / LENGTH).isBetween(1e-4, 3e-2);
    }
  }

  @Test
  void goesOnFromWhatWasSaved() {
    CodecSpec.Threshold codec = new CodecSpec.Threshold(0.5, 1e-4, 1e-2);
    try (DeviceEncoder one = new DeviceThresholdEncoder(codec, SHAPE);
        DeviceEncoder two = new DeviceThresholdEncoder(codec, SHAPE)) {
      UnsafeBuffer out = offHeap(one.maxEncodedBytes());
      for (int step = 0; step < 3; step++) {
        assertThat(one.encode(step, 1, Nd4j.createFromArray(gaussian(step, 0.3)), out, 0))
            .isPositive();
      }
      two.restore(one.residual(), one.scalars());
      INDArray next = Nd4j.createFromArray(gaussian(9, 0.3));
      int bytes = one.encode(3, 1, next, out, 0);
      UnsafeBuffer other = offHeap(two.maxEncodedBytes());
      assertThat(two.encode(3, 1, next, other, 0)).isEqualTo(bytes);
      BlockDecoder decoder = codec.decoder(SHAPE);
      assertThat(decode(decoder, other, bytes)).isEqualTo(decode(decoder, out, bytes));
      assertThat(two.residual()).isEqualTo(one.residual());
    }
  }

  @Test
  void refusesWhatIsNoNumberAndForgetsNothing() {
    CodecSpec.Threshold codec = new CodecSpec.Threshold(0.5, 1e-4, 1e-2);
    try (DeviceEncoder device = new DeviceThresholdEncoder(codec, SHAPE)) {
      UnsafeBuffer out = offHeap(device.maxEncodedBytes());
      assertThat(device.encode(0, 1, Nd4j.createFromArray(gaussian(1, 1)), out, 0)).isPositive();
      INDArray before = device.residual().dup();
      float[] bad = gaussian(2, 1);
      bad[1234] = Float.NaN;
      bad[2345] = Float.POSITIVE_INFINITY;
      assertThat(device.encode(1, 1, Nd4j.createFromArray(bad), out, 0)).isEqualTo(-1 - 1234);
      assertThat(device.residual()).isEqualTo(before);
      assertThatThrownBy(() -> device.encode(1, 1, Nd4j.zeros(10), out, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 70000");
    }
  }
}
