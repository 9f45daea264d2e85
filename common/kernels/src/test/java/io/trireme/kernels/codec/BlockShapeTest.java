package io.trireme.kernels.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockShapeTest {

  private static final Layout LAYOUT =
      new Layout(
          10_000 + 100 + 64 + 500 + 3000,
          List.of(
              segment("0_W", 0, 'f', SegmentKind.WEIGHT, 100, 100),
              segment("0_b", 10_000, 'c', SegmentKind.WEIGHT, 1, 100),
              segment("1_mean", 10_100, 'c', SegmentKind.STATISTIC, 1, 64),
              segment("2_W", 10_164, 'c', SegmentKind.WEIGHT, 20, 1, 5, 5),
              segment("3_W", 10_664, 'c', SegmentKind.WEIGHT, 30, 4, 5, 5)),
          List.of(new LayerSpan("all", 0, 13_664, GradientNormalization.None, 0)),
          true);

  private static Segment segment(
      String name, long offset, char order, SegmentKind kind, long... shape) {
    List<Long> sizes = java.util.Arrays.stream(shape).boxed().toList();
    long length = sizes.stream().reduce(1L, (a, b) -> a * b);
    return new Segment(name, 0, offset, length, sizes, order, kind, "", List.of());
  }

  @Test
  void statisticsTravelPlainWithEveryCodec() {
    Block block = new Block(0, 9_000, 4_664, 0);
    assertThat(BlockShape.of(LAYOUT, block, CodecSpec.of("int8")))
        .isEqualTo(
            new BlockShape(
                4664,
                List.of(new FloatRange(1100, 1164)),
                List.of(
                    new MatrixPart(new FloatRange(0, 1000), 100),
                    new MatrixPart(new FloatRange(1164, 1664), 25),
                    new MatrixPart(new FloatRange(1664, 4664), 100))));
  }

  @Test
  void vectorsAndSmallSegmentsTravelPlainWhereTheCodecSaysSo() {
    Block block = new Block(0, 9_000, 4_664, 0);
    BlockShape shape = BlockShape.of(LAYOUT, block, CodecSpec.of("topk"));
    assertThat(shape.plain()).containsExactly(new FloatRange(1000, 1664));
    assertThat(shape.matrices()).hasSize(2);
    assertThat(shape.coded()).containsExactly(new FloatRange(0, 1000), new FloatRange(1664, 4664));
  }

  @Test
  void refusesRangesOutOfOrderOrOutside() {
    assertThatThrownBy(
            () ->
                new BlockShape(10, List.of(new FloatRange(3, 5), new FloatRange(4, 6)), List.of()))
        .hasMessageContaining("out of order");
    assertThatThrownBy(() -> new BlockShape(10, List.of(new FloatRange(3, 11)), List.of()))
        .hasMessageContaining("outside");
    assertThatThrownBy(() -> new FloatRange(3, 3)).hasMessageContaining("expected 0 <= from < to");
  }
}
