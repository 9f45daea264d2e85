package io.trireme.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.slots.Seeds;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleOrderTest {

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 31, 97, 127, 128, 129, 1009, 7919, 60000})
  void everyExampleComesOnce(int examples) {
    for (int seed = 0; seed < 20; seed++) {
      ExampleOrder order = new ExampleOrder(examples, seed);
      BitSet seen = new BitSet(examples);
      for (int position = 0; position < examples; position++) {
        long example = order.at(position);
        assertThat(example).isBetween(0L, examples - 1L);
        seen.set((int) example);
      }
      assertThat(seen.cardinality()).isEqualTo(examples);
    }
  }

  @Test
  void everyRandomSizeIsPermuted() {
    for (int trial = 0; trial < 200; trial++) {
      int examples = 1 + (int) Long.remainderUnsigned(Seeds.mix(5, trial), 3000);
      ExampleOrder order = new ExampleOrder(examples, trial);
      assertThat(LongStream.range(0, examples).map(order::at).sorted())
          .containsExactlyElementsOf(LongStream.range(0, examples).boxed().toList());
    }
  }

  @Test
  void smallSetsSeeAllTheirOrders() {
    Set<String> orders = new HashSet<>();
    for (int epoch = 0; epoch < 200; epoch++) {
      ExampleOrder order = ExampleOrder.ofEpoch(3, 42, epoch);
      orders.add(order.at(0) + "," + order.at(1) + "," + order.at(2));
    }
    assertThat(orders).hasSize(6);
  }

  @Test
  void epochsAndJobsDifferAndRepeat() {
    long[] first = order(60_000, 42, 0);
    assertThat(order(60_000, 42, 0)).isEqualTo(first);
    assertThat(same(first, order(60_000, 42, 1))).isLessThan(12);
    assertThat(same(first, order(60_000, 43, 0))).isLessThan(12);
  }

  /** The mean square distance of chi-square's cells from their expectation, over many seeds. */
  @ParameterizedTest
  @ValueSource(ints = {10, 37, 100})
  void positionsAndExamplesMeetEquallyOften(int examples) {
    int seeds = 4000;
    long[][] counts = new long[examples][examples];
    for (int seed = 0; seed < seeds; seed++) {
      ExampleOrder order = new ExampleOrder(examples, Seeds.ofEpoch(7, seed));
      for (int position = 0; position < examples; position++) {
        counts[position][(int) order.at(position)]++;
      }
    }
    double expected = (double) seeds / examples;
    double chiSquare = 0;
    for (long[] row : counts) {
      for (long count : row) {
        chiSquare += (count - expected) * (count - expected) / expected;
      }
    }
    double freedom = (examples - 1.0) * (examples - 1.0);
    assertThat(chiSquare)
        .isBetween(freedom - 6 * Math.sqrt(2 * freedom), freedom + 6 * Math.sqrt(2 * freedom));
  }

  /** In a random order, half of the neighbours ascend, and batches are spread over the set. */
  @Test
  void neighboursAreUnrelated() {
    long[] order = order(60_000, 1, 0);
    int ascents = 0;
    double product = 0;
    for (int i = 1; i < order.length; i++) {
      ascents += order[i] > order[i - 1] ? 1 : 0;
      product += (order[i] / 60_000.0 - 0.5) * (order[i - 1] / 60_000.0 - 0.5);
    }
    assertThat(ascents / 60_000.0).isBetween(0.49, 0.51);
    assertThat(product / 60_000 * 12).isBetween(-0.02, 0.02);
  }

  @Test
  void hugeSetsNeedNoMemory() {
    ExampleOrder order = new ExampleOrder((1L << 62) - 57, 3);
    assertThat(LongStream.range(0, 1000).map(order::at).distinct().count()).isEqualTo(1000);
  }

  @Test
  void refusesPositionsOutside() {
    ExampleOrder order = new ExampleOrder(10, 3);
    assertThatThrownBy(() -> order.at(10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> order.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new ExampleOrder(0, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  private static long[] order(int examples, long seed, int epoch) {
    return LongStream.range(0, examples)
        .map(ExampleOrder.ofEpoch(examples, seed, epoch)::at)
        .toArray();
  }

  private static long same(long[] left, long[] right) {
    long same = 0;
    for (int i = 0; i < left.length; i++) {
      same += left[i] == right[i] ? 1 : 0;
    }
    return same;
  }
}
