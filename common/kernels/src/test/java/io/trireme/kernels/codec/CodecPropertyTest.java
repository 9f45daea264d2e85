package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every codec. */
class CodecPropertyTest {

  private static final int[] LENGTHS = {
    1, 2, 3, 5, 7, 31, 33, 100, 511, 1023, 1024, 1025, 2047, 4099, 33_001
  };

  static Stream<Arguments> cases() {
    return Codecs.all()
        .flatMap(codec -> java.util.Arrays.stream(LENGTHS).mapToObj(n -> Arguments.of(codec, n)));
  }

  static Stream<CodecSpec> codecs() {
    return Codecs.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void neitherThrowsNorWritesElsewhereNorMakesNonNumbersOfOddGradients(CodecSpec codec, int n) {
    for (float[] gradient : Codecs.odd(n, n)) {
      try (BlockEncoder encoder = codec.encoder(Codecs.shape(n))) {
        BlockDecoder decoder = codec.decoder(Codecs.shape(n));
        for (int step = 0; step < 4; step++) {
          float[] decoded = Codecs.roundTrip(encoder, decoder, step, 9, gradient);
          assertThat(Finite.firstNonFinite(Codecs.of(decoded), 0, n)).isEqualTo(-1);
          assertThat(Finite.firstNonFinite(Codecs.of(Codecs.residual(encoder, n)), 0, n))
              .isEqualTo(-1);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void zerosStayZeros(CodecSpec codec) {
    int n = 5000;
    try (BlockEncoder encoder = codec.encoder(Codecs.shape(n))) {
      for (int step = 0; step < 3; step++) {
        assertThat(Codecs.roundTrip(encoder, codec.decoder(Codecs.shape(n)), step, 1, new float[n]))
            .containsOnly(0f);
        assertThat(encoder.residualNormSquared()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void refusesWhatIsNoNumberAndForgetsNothing(CodecSpec codec) {
    int n = 6000;
    float[] good = Codecs.gaussian(3, n, 1);
    try (BlockEncoder encoder = codec.encoder(Codecs.shape(n))) {
      UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
      assertThat(encoder.encode(0, 1, Codecs.of(good), 0, out, 0)).isPositive();
      float[] before = Codecs.residual(encoder, n);
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        for (int at : new int[] {0, 1, 4095, 4096, n - 1}) {
          float[] gradient = good.clone();
          gradient[at] = bad;
          gradient[n - 1] = at == 0 ? good[n - 1] : bad;
          assertThat(encoder.encode(1, 1, Codecs.of(gradient), 0, out, 0)).isEqualTo(-1 - at);
          assertThat(Codecs.residual(encoder, n)).isEqualTo(before);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void decodeAndAddEqualsDecodeAndAdditions(CodecSpec codec) {
    for (int n : LENGTHS) {
      float[] gradient = Codecs.gaussian(n, n, 1);
      float[] others = Codecs.gaussian(n + 1, n, 1);
      try (BlockEncoder encoder = codec.encoder(Codecs.shape(n))) {
        BlockDecoder decoder = codec.decoder(Codecs.shape(n));
        UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
        int bytes = encoder.encode(0, 5, Codecs.of(gradient), 0, out, 0);
        UnsafeBuffer decoded = Codecs.offHeap(4 * n);
        assertThat(decoder.decode(out, 0, bytes, decoded, 0)).isTrue();
        UnsafeBuffer sum = Codecs.guarded(4 * n);
        Codecs.write(sum, Codecs.GUARD, others);
        assertThat(decoder.decodeAndAdd(out, 0, bytes, sum, Codecs.GUARD)).isTrue();
        Codecs.assertGuards(sum, 4 * n);
        float[] expected = Codecs.floats(decoded, 0, n);
        for (int i = 0; i < n; i++) {
          expected[i] += others[i];
        }
        assertThat(Codecs.floats(sum, Codecs.GUARD, n)).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void goesOnBitForBitFromItsState(CodecSpec codec) {
    int n = 3000;
    try (BlockEncoder one = codec.encoder(Codecs.shape(n));
        BlockEncoder other = codec.encoder(Codecs.shape(n))) {
      BlockDecoder decoder = codec.decoder(Codecs.shape(n));
      for (int step = 0; step < 5; step++) {
        Codecs.roundTrip(one, decoder, step, 3, Codecs.gaussian(step, n, 1));
      }
      for (int i = 0; i < one.state().size(); i++) {
        other.state().get(i).putBytes(0, one.state().get(i), 0, one.state().get(i).capacity());
      }
      float[] next = Codecs.gaussian(77, n, 1);
      assertThat(Codecs.roundTrip(one, decoder, 5, 3, next))
          .isEqualTo(Codecs.roundTrip(other, decoder, 5, 3, next));
      assertThat(Codecs.residual(one, n)).isEqualTo(Codecs.residual(other, n));
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void plainFloatsTravelUnchanged(CodecSpec codec) {
    Random random = new Random(4);
    for (int round = 0; round < 20; round++) {
      int n = 200 + random.nextInt(5000);
      int a = random.nextInt(n / 4);
      int b = n / 2 + random.nextInt(n / 4);
      FloatRange first = new FloatRange(a, a + 1 + random.nextInt(n / 4));
      FloatRange second = new FloatRange(b, b + 1 + random.nextInt(n / 4));
      BlockShape shape = new BlockShape(n, java.util.List.of(first, second), java.util.List.of());
      float[] gradient = Codecs.gaussian(round, n, 1);
      try (BlockEncoder encoder = codec.encoder(shape)) {
        float[] decoded = Codecs.roundTrip(encoder, codec.decoder(shape), 0, 1, gradient);
        for (FloatRange range : shape.plain()) {
          for (int i = range.from(); i < range.to(); i++) {
            assertThat(decoded[i]).isEqualTo(gradient[i]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void corruptedEncodingsNeitherThrowNorWriteElsewhere(CodecSpec codec) {
    int n = 2500;
    BlockShape shape =
        new BlockShape(n, java.util.List.of(new FloatRange(700, 730)), java.util.List.of());
    try (BlockEncoder encoder = codec.encoder(shape)) {
      BlockDecoder decoder = codec.decoder(shape);
      UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
      int bytes = 0;
      for (int step = 0; step < 3; step++) {
        bytes = encoder.encode(step, 1, Codecs.of(Codecs.gaussian(step, n, 1)), 0, out, 0);
      }
      byte[] good = new byte[bytes];
      out.getBytes(0, good);
      UnsafeBuffer decoded = Codecs.guarded(4 * n);
      Random random = new Random(1);
      for (int round = 0; round < 12_000; round++) {
        byte[] bad = good.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          int at =
              random.nextInt(4) == 0 ? random.nextInt(Math.min(200, bytes)) : random.nextInt(bytes);
          bad[at] ^= (byte) (1 << random.nextInt(8));
        }
        int length = random.nextInt(3) == 0 ? random.nextInt(bytes + 1) : bytes;
        // Exactly as long as it says, so that reading beyond its end would be caught.
        UnsafeBuffer in = new UnsafeBuffer(bad, 0, length);
        boolean written = decoder.decode(in, 0, length, decoded, Codecs.GUARD);
        boolean added = decoder.decodeAndAdd(in, 0, length, decoded, Codecs.GUARD);
        assertThat(added).isEqualTo(written);
        decoder.finish(decoded, Codecs.GUARD);
        if (round % 100 == 0) {
          Codecs.assertGuards(decoded, 4 * n);
        }
      }
      Codecs.assertGuards(decoded, 4 * n);
    }
  }

  /** Several chunks; bytes after the end must not matter, so none of them is read. */
  @ParameterizedTest
  @MethodSource("codecs")
  void corruptedLongEncodingsNeitherReadNorWriteElsewhere(CodecSpec codec) {
    int n = 70_003;
    BlockShape shape = Codecs.shape(n);
    try (BlockEncoder encoder = codec.encoder(shape)) {
      BlockDecoder decoder = codec.decoder(shape);
      BlockDecoder second = codec.decoder(shape);
      UnsafeBuffer out = Codecs.offHeap(encoder.maxEncodedBytes());
      int bytes = 0;
      for (int step = 0; step < 3; step++) {
        bytes = encoder.encode(step, 1, Codecs.of(Codecs.gaussian(step, n, 1)), 0, out, 0);
      }
      UnsafeBuffer one = Codecs.offHeap(bytes + 2 * Codecs.GUARD);
      UnsafeBuffer other = Codecs.offHeap(bytes + 2 * Codecs.GUARD);
      UnsafeBuffer decoded = Codecs.guarded(4 * n);
      UnsafeBuffer again = Codecs.guarded(4 * n);
      Random random = new Random(2);
      for (int round = 0; round < 400; round++) {
        one.putBytes(0, out, 0, bytes);
        corrupt(one, bytes, n, random);
        int length = random.nextInt(3) == 0 ? random.nextInt(bytes + Codecs.GUARD) : bytes;
        other.putBytes(0, one, 0, length);
        one.setMemory(length, one.capacity() - length, (byte) 0x11);
        other.setMemory(length, other.capacity() - length, (byte) 0xee);
        boolean written = decoder.decode(one, 0, length, decoded, Codecs.GUARD);
        assertThat(second.decode(other, 0, length, again, Codecs.GUARD)).isEqualTo(written);
        assertThat(decoder.decodeAndAdd(one, 0, length, decoded, Codecs.GUARD)).isEqualTo(written);
        assertThat(second.decodeAndAdd(other, 0, length, again, Codecs.GUARD)).isEqualTo(written);
        decoder.finish(decoded, Codecs.GUARD);
        second.finish(again, Codecs.GUARD);
        assertThat(again).isEqualTo(decoded);
        if (round % 20 == 0) {
          Codecs.assertGuards(decoded, 4 * n);
        }
      }
      Codecs.assertGuards(decoded, 4 * n);
      Codecs.assertGuards(again, 4 * n);
    }
  }

  /** Flips bits, or puts numbers where counts, scales and indices are. */
  private static void corrupt(UnsafeBuffer message, int bytes, int n, Random random) {
    int[] numbers = {0, 1, -1, n, n + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt()};
    for (int changes = random.nextInt(3); changes >= 0; changes--) {
      int at = random.nextBoolean() ? random.nextInt(Math.min(16, bytes)) : random.nextInt(bytes);
      if (random.nextBoolean()) {
        message.putByte(at, (byte) (message.getByte(at) ^ 1 << random.nextInt(8)));
      } else {
        message.putInt(Math.min(at & ~3, bytes - 4), numbers[random.nextInt(numbers.length)]);
      }
    }
  }
}
