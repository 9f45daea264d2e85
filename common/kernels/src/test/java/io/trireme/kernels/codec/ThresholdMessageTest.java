package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdMessageTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0005, 0.02, 0.12, 0.4, 1})
  void theDecoderReadsWhatWasHit(double density) {
    for (int n : new int[] {1, 17, 1000, 33_000, 70_001}) {
      List<FloatRange> plain = n < 1000 ? List.of() : List.of(new FloatRange(300, 377));
      BlockShape shape = new BlockShape(n, plain, List.of());
      Random random = new Random(n);
      float[] expected = new float[n];
      float[] floats = Codecs.gaussian(n, n, 1);
      UnsafeBuffer hits = Codecs.offHeap(4 * n);
      int count = 0;
      for (int i = n - 1; i >= 0; i--) {
        if (!plain.isEmpty() && i >= 300 && i < 377) {
          expected[i] = floats[i];
        } else if (random.nextDouble() < density) {
          boolean minus = random.nextBoolean();
          expected[i] = minus ? -0.5f : 0.5f;
          hits.putInt(4 * count++, minus ? -1 - i : 1 + i, ByteOrder.LITTLE_ENDIAN);
        }
      }
      ThresholdMessage message = new ThresholdMessage(shape);
      UnsafeBuffer out = Codecs.guarded(message.maxBytes());
      int bytes = message.write(0.5f, Codecs.of(floats), 0, hits, 0, count, out, Codecs.GUARD);
      Codecs.assertGuards(out, message.maxBytes());
      UnsafeBuffer decoded = Codecs.offHeap(4 * n);
      assertThat(
              CodecSpec.of("threshold").decoder(shape).decode(out, Codecs.GUARD, bytes, decoded, 0))
          .isTrue();
      assertThat(Codecs.floats(decoded, 0, n)).isEqualTo(expected);
    }
  }

  @Test
  void refusesHitsElsewhere() {
    BlockShape shape = new BlockShape(10, List.of(new FloatRange(3, 5)), List.of());
    ThresholdMessage message = new ThresholdMessage(shape);
    UnsafeBuffer out = Codecs.offHeap(message.maxBytes());
    UnsafeBuffer hits = Codecs.offHeap(4);
    for (int bad : new int[] {0, 4, -5, 11, -11, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      hits.putInt(0, bad, ByteOrder.LITTLE_ENDIAN);
      assertThatThrownBy(() -> message.write(1f, Codecs.offHeap(40), 0, hits, 0, 1, out, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("hit " + bad);
    }
  }
}
