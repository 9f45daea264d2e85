package io.trireme.common.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPlanTest {

  @ParameterizedTest
  @ValueSource(
      longs = {1, 15, 16, 1023, 1024, 1025, 8192, 407_050, 2_097_152, 2_097_153, 9_999_991})
  void oneLayerIsCoveredByAlignedBlocksOfAboutOneLength(long length) {
    BlockPlan plan = BlockPlan.of(layout(List.of(length), GradientNormalization.None));
    assertSound(plan, length);
    for (Block block : plan.blocks()) {
      assertThat(block.offset() % 16).isZero();
    }
    for (BlockGroup group : plan.groups()) {
      assertThat(group.blocks()).isEqualTo(1);
    }
    int first = plan.blocks().get(0).length();
    for (Block block : plan.blocks().subList(0, plan.blocks().size() - 1)) {
      assertThat(block.length()).isEqualTo(first);
    }
  }

  @Test
  void smallVectorsAreOneBlockAndMiddlingOnesAboutEight() {
    assertThat(blocks(1)).isEqualTo(1);
    assertThat(blocks(1024)).isEqualTo(1);
    assertThat(blocks(8 * 1024)).isEqualTo(8);
    assertThat(blocks(407_050)).isBetween(8, 9);
  }

  @Test
  void hundredMillionFloatsAreCutIntoBlocksOfAtMostAMebibyte() {
    long length = 100_000_000;
    BlockPlan plan = BlockPlan.of(layout(List.of(length), GradientNormalization.None));
    assertSound(plan, length);
    assertThat(plan.blocks().size()).isBetween(382, 390);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RenormalizeL2PerLayer",
        "RenormalizeL2PerParamType",
        "ClipL2PerLayer",
        "ClipL2PerParamType"
      })
  void layerUnderANormIsOneGroupWithCutsAtItsEdges(GradientNormalization norm) {
    List<LayerSpan> layers =
        List.of(
            new LayerSpan("a", 0, 1003, GradientNormalization.None, 1),
            new LayerSpan("b", 1003, 1_000_001, norm, 1),
            new LayerSpan("c", 1_001_004, 77, norm, 1),
            new LayerSpan(
                "d", 1_001_081, 5, GradientNormalization.ClipElementWiseAbsoluteValue, 1));
    BlockPlan plan = BlockPlan.of(layout(1_001_086, layers));
    assertSound(plan, 1_001_086);
    assertThat(plan.groups().stream().filter(group -> group.offset() == 1003))
        .singleElement()
        .satisfies(
            group -> {
              assertThat(group.length()).isEqualTo(1_000_001);
              assertThat(group.blocks()).isGreaterThanOrEqualTo(4);
            });
    assertThat(plan.groups().stream().filter(group -> group.offset() == 1_001_004))
        .singleElement()
        .satisfies(group -> assertThat(group.length()).isEqualTo(77));
    assertThat(plan.groups().get(0).end()).isEqualTo(1003);
    assertThat(plan.groups().get(plan.groups().size() - 1).length()).isEqualTo(5);
  }

  @Test
  void randomLayoutsAreCoveredAndCutAtTheEdgesOfEveryNorm() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      List<LayerSpan> layers = new ArrayList<>();
      long at = 0;
      for (int i = random.nextInt(8); i >= 0; i--) {
        long length = 1 + random.nextInt(1 << random.nextInt(20));
        GradientNormalization norm =
            GradientNormalization.values()[random.nextInt(GradientNormalization.values().length)];
        layers.add(new LayerSpan("layer" + i, at, length, norm, 1));
        at += length;
      }
      BlockPlan plan = BlockPlan.of(layout(at, layers));
      assertSound(plan, at);
      for (LayerSpan layer : layers) {
        if (layer.normalization().spansLayer()) {
          assertThat(plan.groups())
              .anySatisfy(
                  group -> {
                    assertThat(group.offset()).isEqualTo(layer.offset());
                    assertThat(group.end()).isEqualTo(layer.end());
                  });
        }
      }
    }
  }

  @Test
  void followsFromLengthAndNormsAlone() {
    Layout one = layout(List.of(300_000L), GradientNormalization.None);
    Layout many = layout(List.of(1L, 99_999L, 123L, 199_877L), GradientNormalization.None);
    assertThat(BlockPlan.of(one)).isEqualTo(BlockPlan.of(one)).isEqualTo(BlockPlan.of(many));
  }

  @Test
  void layoutsHaveNoGapsAndEndWithTheVector() {
    Segment late =
        new Segment("0_W", 0, 4, 4, List.of(4L), 'c', SegmentKind.WEIGHT, "{}", List.of());
    assertThatThrownBy(() -> new Layout(8, List.of(late), List.of(), true))
        .hasMessageContaining("0_W starts at float 4, expected 0");
    Segment first =
        new Segment("0_W", 0, 0, 4, List.of(4L), 'c', SegmentKind.WEIGHT, "{}", List.of());
    assertThatThrownBy(() -> new Layout(9, List.of(first), List.of(), true))
        .hasMessageContaining("end at float 4, the vector at 9");
  }

  private static int blocks(long length) {
    return BlockPlan.of(layout(List.of(length), GradientNormalization.None)).blocks().size();
  }

  /** Blocks cover the vector in order, within their limits, and groups cover the blocks. */
  private static void assertSound(BlockPlan plan, long length) {
    long at = 0;
    for (int i = 0; i < plan.blocks().size(); i++) {
      Block block = plan.blocks().get(i);
      assertThat(block.index()).isEqualTo(i);
      assertThat(block.offset()).isEqualTo(at);
      assertThat(block.length()).isBetween(1, BlockPlan.MAX_BLOCK_LENGTH);
      assertThat(block.lengthBytes()).isEqualTo(4 * block.length());
      at = block.end();
    }
    assertThat(at).isEqualTo(length);
    int next = 0;
    for (int i = 0; i < plan.groups().size(); i++) {
      BlockGroup group = plan.groups().get(i);
      List<Block> members = plan.blocksOf(group);
      assertThat(group.index()).isEqualTo(i);
      assertThat(group.firstBlock()).isEqualTo(next);
      assertThat(members).isNotEmpty().allMatch(block -> block.group() == group.index());
      assertThat(group.offset()).isEqualTo(members.get(0).offset());
      assertThat(group.end()).isEqualTo(members.get(members.size() - 1).end());
      next += group.blocks();
    }
    assertThat(next).isEqualTo(plan.blocks().size());
  }

  private static Layout layout(List<Long> lengths, GradientNormalization norm) {
    List<LayerSpan> layers = new ArrayList<>();
    long at = 0;
    for (long length : lengths) {
      layers.add(new LayerSpan("layer" + layers.size(), at, length, norm, 1));
      at += length;
    }
    return layout(at, layers);
  }

  private static Layout layout(long length, List<LayerSpan> layers) {
    List<Segment> segments = new ArrayList<>();
    for (LayerSpan layer : layers) {
      segments.add(
          new Segment(
              layer.name() + "_W",
              segments.size(),
              layer.offset(),
              layer.length(),
              List.of(layer.length()),
              'c',
              SegmentKind.WEIGHT,
              "{}",
              List.of()));
    }
    return new Layout(length, segments, layers, true);
  }
}
