package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FiniteTest {

  @Test
  void findsTheFirst() {
    int n = 10_000;
    float[] values = Codecs.gaussian(1, n, 1);
    values[17] = Float.MAX_VALUE;
    values[18] = -Float.MIN_VALUE;
    assertThat(Finite.firstNonFinite(Codecs.of(values), 0, n)).isEqualTo(-1);
    values[9_999] = Float.NEGATIVE_INFINITY;
    assertThat(Finite.firstNonFinite(Codecs.of(values), 0, n)).isEqualTo(9_999);
    assertThat(Finite.firstNonFinite(Codecs.of(values), 0, n - 1)).isEqualTo(-1);
    values[5_000] = Float.intBitsToFloat(0xff800001);
    assertThat(Finite.firstNonFinite(Codecs.of(values), 0, n)).isEqualTo(5_000);
    assertThat(Finite.firstNonFinite(Codecs.of(values), 4 * 4_999, 2)).isEqualTo(1);
  }

  @Test
  void readsMemoryOnTheHeapToo() {
    UnsafeBuffer heap = new UnsafeBuffer(new byte[12]);
    heap.putFloat(8, Float.NaN);
    assertThat(Finite.firstNonFinite(heap, 0, 3)).isEqualTo(2);
    assertThatThrownBy(() -> Finite.firstNonFinite(heap, 4, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
