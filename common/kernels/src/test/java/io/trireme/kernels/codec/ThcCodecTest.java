package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThcCodecTest {

  private static final int LENGTH = 5000 + 613;

  /** Several workers and a server; sums in any order. */
  private static final class Group implements AutoCloseable {
    private final List<BlockEncoder> workers = new ArrayList<>();
    private final BlockDecoder decoder;
    private final Random order;

    Group(CodecSpec codec, int size, long orderSeed) {
      BlockShape shape = BlockShape.vector(LENGTH);
      for (int i = 0; i < size; i++) {
        workers.add(codec.encoder(shape));
      }
      decoder = codec.decoder(shape);
      order = new Random(orderSeed);
    }

    float[] step(int step, List<float[]> gradients) {
      List<Integer> turn = new ArrayList<>();
      List<UnsafeBuffer> messages = new ArrayList<>();
      for (int i = 0; i < workers.size(); i++) {
        turn.add(i);
        workers.get(i).sharedScale(decoder.nextScale());
        UnsafeBuffer out = Codecs.offHeap(workers.get(i).maxEncodedBytes());
        int bytes = workers.get(i).encode(step, i, Codecs.of(gradients.get(i)), 0, out, 0);
        messages.add(new UnsafeBuffer(out, 0, bytes));
      }
      Collections.shuffle(turn, order);
      UnsafeBuffer sum = Codecs.offHeap(4 * LENGTH);
      for (int i : turn) {
        UnsafeBuffer message = messages.get(i);
        assertThat(decoder.decodeAndAdd(message, 0, message.capacity(), sum, 0)).isTrue();
      }
      for (float each : Codecs.floats(sum, 0, LENGTH)) {
        assertThat(each).isEqualTo((float) Math.rint(each));
      }
      decoder.finish(sum, 0);
      return Codecs.floats(sum, 0, LENGTH);
    }

    @Override
    public void close() {
      workers.forEach(BlockEncoder::close);
    }
  }

  private static List<float[]> gradients(int workers, int step) {
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      gradients.add(Codecs.gaussian(100L * step + i, LENGTH, 0.1));
    }
    return gradients;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void theSumDoesNotDependOnTheOrder(int bits) {
    try (Group one = new Group(new CodecSpec.Thc(bits), 7, 1);
        Group two = new Group(new CodecSpec.Thc(bits), 7, 2)) {
      for (int step = 0; step < 6; step++) {
        List<float[]> gradients = gradients(7, step);
        assertThat(one.step(step, gradients)).isEqualTo(two.step(step, gradients));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void nothingIsLostOverManySteps(int bits) {
    int workers = 3;
    double[] given = new double[LENGTH];
    double[] taken = new double[LENGTH];
    try (Group group = new Group(new CodecSpec.Thc(bits), workers, 1)) {
      for (int step = 0; step < 30; step++) {
        List<float[]> gradients = gradients(workers, step);
        float[] sum = group.step(step, gradients);
        for (int i = 0; i < LENGTH; i++) {
          taken[i] += sum[i];
          for (float[] gradient : gradients) {
            given[i] += gradient[i];
          }
        }
      }
      for (BlockEncoder worker : group.workers) {
        float[] rest = Codecs.residual(worker, LENGTH);
        for (int i = 0; i < LENGTH; i++) {
          taken[i] += rest[i];
        }
        double perFloat = worker.residualNormSquared() / LENGTH;
        assertThat(perFloat).isLessThan(bits == 2 ? 0.1 : bits == 4 ? 0.002 : 1e-5);
      }
      for (int i = 0; i < LENGTH; i++) {
        assertThat(taken[i]).isCloseTo(given[i], org.assertj.core.data.Offset.offset(1e-5));
      }
    }
  }

  @Test
  void theFirstStepSendsOnlyTheWish() {
    try (Group group = new Group(new CodecSpec.Thc(4), 2, 1)) {
      assertThat(group.step(0, gradients(2, 0))).containsOnly(0f);
      assertThat(group.workers.get(0).encodedBytes()).isEqualTo(ThcEncoder.HEADER);
      assertThat(group.decoder.nextScale())
          .isCloseTo(0.04f, org.assertj.core.data.Offset.offset(0.003f));
    }
  }

  @Test
  void theMeanOverManySeedsIsTheInputWithinRange() {
    int n = 1024;
    int rounds = 3000;
    float[] gradient = Codecs.gaussian(7, n, 1);
    double[] sums = new double[n];
    CodecSpec codec = new CodecSpec.Thc(8);
    BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
    for (int round = 0; round < rounds; round++) {
      try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
        float[] sent = Codecs.roundTrip(encoder, decoder, 0, round, gradient);
        for (int i = 0; i < n; i++) {
          sums[i] += sent[i];
        }
      }
    }
    double unit = 4.2 / 127;
    for (int i = 0; i < n; i++) {
      assertThat(sums[i] / rounds)
          .isCloseTo(
              gradient[i],
              org.assertj.core.data.Offset.offset(5 * unit * 0.5 / Math.sqrt(rounds) + 1e-3));
    }
  }

  @Test
  void theResidualIsTheInputLessWhatIsDecoded() {
    int n = 3000;
    CodecSpec codec = new CodecSpec.Thc(4);
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
      for (int step = 0; step < 5; step++) {
        float[] gradient = Codecs.gaussian(step, n, 1);
        float[] p = Codecs.sum(gradient, Codecs.residual(encoder, n));
        float[] sent = Codecs.roundTrip(encoder, decoder, step, 1, gradient);
        float[] rest = Codecs.residual(encoder, n);
        for (int i = 0; i < n; i++) {
          assertThat(rest[i]).isEqualTo(p[i] - sent[i]);
        }
      }
    }
  }

  @Test
  void contributionsOfAnotherScaleAreRefused() {
    int n = 100;
    CodecSpec codec = new CodecSpec.Thc(4);
    BlockDecoder decoder = codec.decoder(BlockShape.vector(n));
    try (BlockEncoder encoder = codec.encoder(BlockShape.vector(n))) {
      UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
      UnsafeBuffer sum = Codecs.offHeap(4 * n);
      for (float scale : new float[] {0.5f, 0.25f}) {
        encoder.sharedScale(scale);
        int bytes = encoder.encode(0, 1, Codecs.of(Codecs.gaussian(1, n, 1)), 0, out, 0);
        assertThat(decoder.decodeAndAdd(out, 0, bytes, sum, 0)).isEqualTo(scale == 0.5f);
      }
      decoder.reset();
      assertThat(decoder.decodeAndAdd(out, 0, encoder.encodedBytes(), sum, 0)).isTrue();
      assertThatThrownBy(() -> encoder.sharedScale(Float.NaN))
          .hasMessageContaining("expected 0 or a positive finite number");
    }
  }
}
