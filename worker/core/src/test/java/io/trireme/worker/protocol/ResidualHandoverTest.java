package io.trireme.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.compression.CompressionPlan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that leaves sends all that its encoders have kept back, once. */
class ResidualHandoverTest {

  private static final int LENGTH = 3000;
  private static final TreeNode LEFT = new TreeNode(0, 2);
  private static final TreeNode RIGHT = new TreeNode(2, 4);
  private static final TreeNode ALL = new TreeNode(0, 4);
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(new Block(0, 0, 1000, 0), new Block(1, 1000, 2000, 1)),
          List.of(new BlockGroup(0, 0, 1, 0, 1000), new BlockGroup(1, 1, 1, 1000, 2000)));

  private final Random random = new Random(5);

  /** What servers have counted. */
  private final double[] counted = new double[LENGTH];

  /** What workers have computed. */
  private final double[] computed = new double[LENGTH];

  private static CompressionPlan plan(String codec) {
    List<Segment> segments =
        List.of(
            new Segment(
                "0_W", 0, 0, 1500, List.of(30L, 50L), 'c', SegmentKind.WEIGHT, "", List.of()),
            new Segment(
                "1_W", 0, 1500, 1500, List.of(30L, 50L), 'c', SegmentKind.WEIGHT, "", List.of()));
    List<CompressionConfig.SegmentCodec> overrides =
        codec.equals("mixed")
            ? List.of(new CompressionConfig.SegmentCodec("1_W", new CodecConfig("int8", Map.of())))
            : List.of();
    CodecConfig way =
        switch (codec) {
          case "mixed" -> new CodecConfig("onebit", Map.of());
          case "topk" -> new CodecConfig("topk", Map.of("density", 0.05, "momentum", 0.0));
          default -> new CodecConfig(codec, Map.of());
        };
    return CompressionPlan.of(
        new Layout(LENGTH, segments, List.of(), true),
        PLAN,
        new CompressionConfig(way, overrides, CodecConfig.NONE, 0),
        7);
  }

  /** All steps before this one are counted, and nothing of later ones. */
  private static GradientEncoders.Lacking from(long step) {
    return (group, slot) -> step;
  }

  private UnsafeBuffer gradient() {
    UnsafeBuffer floats = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH * Float.BYTES));
    for (int i = 0; i < LENGTH; i++) {
      floats.putFloat(i * Float.BYTES, (float) random.nextGaussian());
    }
    return floats;
  }

  private static byte[] bytes(
      GradientEncoders by, Codec expected, int block, TreeNode node, long step, DirectBuffer g) {
    Payload payload = new Payload();
    by.fill(payload, PLAN.blocks().get(block), node, step, g);
    assertThat(payload.codec()).isEqualTo(expected);
    byte[] bytes = new byte[payload.length()];
    payload.bytes().getBytes(payload.offset(), bytes);
    return bytes;
  }

  /** A step of a node arrives at the servers. */
  private void step(
      GradientEncoders by, CompressionPlan plan, boolean plain, TreeNode node, long step) {
    UnsafeBuffer gradient = gradient();
    for (Block block : PLAN.blocks()) {
      Codec wire = plain ? Codec.NONE : plan.gradientCodec(block.index()).wire();
      byte[] sent = bytes(by, wire, block.index(), node, step, gradient);
      assertThat(bytes(by, wire, block.index(), node, step, gradient))
          .as("sent again")
          .isEqualTo(sent);
      UnsafeBuffer in = new UnsafeBuffer(ByteBuffer.allocateDirect(sent.length));
      in.putBytes(0, sent);
      UnsafeBuffer floats =
          new UnsafeBuffer(ByteBuffer.allocateDirect(block.length() * Float.BYTES));
      if (plain) {
        floats.putBytes(0, sent);
      } else {
        BlockDecoder decoder = plan.gradientCodec(block.index()).decoder();
        assertThat(decoder.decode(in, 0, sent.length, floats, 0)).isTrue();
      }
      for (int i = 0; i < block.length(); i++) {
        int at = (int) block.offset() + i;
        counted[at] += floats.getFloat(i * Float.BYTES);
        computed[at] += gradient.getFloat(at * Float.BYTES);
      }
    }
  }

  private static double[] residuals(GradientEncoders of) {
    double[] sum = new double[LENGTH];
    for (Residual residual : of.residuals()) {
      Block block = PLAN.blocks().get(residual.block());
      for (int i = 0; i < residual.state().get(0).capacity() / Float.BYTES; i++) {
        sum[(int) block.offset() + i] += residual.state().get(0).getFloat(i * Float.BYTES);
      }
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "int8", "onebit", "threshold", "topk", "powersgd"})
  void whatServersCountedAndOthersKeepIsAllThatWasComputed(String codec) {
    CompressionPlan plan = plan(codec);
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan);
        GradientEncoders other = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(LEFT), from(0));
      other.enter(List.of(RIGHT), from(0));
      for (long step = 0; step < 4; step++) {
        step(leaver, plan, false, LEFT, step);
        step(other, plan, false, RIGHT, step);
      }
      double kept = leaver.report().residualNormSquared();
      assertThat(kept).isPositive();
      assertThat(leaver.hasUnsettled(4)).isTrue();
      leaver.handOver(4);
      step(leaver, plan, true, LEFT, 4);
      step(other, plan, false, RIGHT, 4);
      assertThat(leaver.hasUnsettled(4)).as("it may have to be sent again").isTrue();
      assertThat(leaver.report().residualNormSquared())
          .as("what is lost if the worker dies before it is counted")
          .isCloseTo(kept, within(1e-9 * kept));
      leaver.counted(5);
      assertThat(leaver.hasUnsettled(5)).isFalse();
      assertThat(leaver.report().residualNormSquared()).isZero();
      double[] rest = residuals(other);
      for (int i = 0; i < LENGTH; i++) {
        assertThat(counted[i] + rest[i]).as("float %d", i).isCloseTo(computed[i], within(1e-4));
      }
    }
  }

  @Test
  void everyPartOfAMixedBlockIsHandedOver() {
    CompressionPlan plan = plan("mixed");
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(ALL), from(0));
      step(leaver, plan, false, ALL, 0);
      leaver.handOver(1);
      step(leaver, plan, true, ALL, 1);
      for (int i = 0; i < LENGTH; i++) {
        assertThat(counted[i]).isCloseTo(computed[i], within(1e-5));
      }
      assertThat(leaver.residuals()).isNotEmpty();
      for (Residual residual : leaver.residuals()) {
        assertThat(residual.state().get(0).getFloat(0)).isZero();
      }
    }
  }

  @Test
  void aStepThatWasBegunIsNoneInWhichAnythingIsHandedOver() {
    CompressionPlan plan = plan("onebit");
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(ALL), from(0));
      UnsafeBuffer gradient = gradient();
      byte[] sent = bytes(leaver, Codec.ONEBIT, 0, ALL, 3, gradient);
      leaver.handOver(3);
      assertThat(bytes(leaver, Codec.ONEBIT, 0, ALL, 3, gradient)).isEqualTo(sent);
      assertThat(leaver.hasUnsettled(3)).isTrue();
    }
  }

  @Test
  void whatWasTakenOverFromOtherNodesIsHandedOverToo() {
    CompressionPlan plan = plan("topk");
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(LEFT, RIGHT), from(0));
      step(leaver, plan, false, LEFT, 0);
      step(leaver, plan, false, RIGHT, 0);
      leaver.enter(List.of(ALL), from(1));
      assertThat(leaver.hasEncoded(1)).isFalse();
      leaver.handOver(1);
      step(leaver, plan, true, ALL, 1);
      assertThat(leaver.hasEncoded(1)).isTrue();
      for (int i = 0; i < LENGTH; i++) {
        assertThat(counted[i]).isCloseTo(computed[i], within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasUnderWayWhenTheSlotsChangedIsKeptIfItWasNotCounted(boolean counts) {
    CompressionPlan plan = plan("onebit");
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(LEFT), from(0));
      step(leaver, plan, false, LEFT, 0);
      double[] residual = residuals(leaver);
      double kept = leaver.report().residualNormSquared();
      leaver.handOver(1);
      step(leaver, plan, true, LEFT, 1);
      assertThat(leaver.report().residualNormSquared()).isCloseTo(kept, within(1e-9 * kept));
      leaver.enter(List.of(ALL), from(counts ? 2 : 1));
      assertThat(leaver.hasUnsettled(2)).isEqualTo(!counts);
      assertThat(residuals(leaver)).isEqualTo(counts ? new double[LENGTH] : residual);
      assertThat(leaver.report().residualNormSquared())
          .isCloseTo(counts ? 0 : kept, within(1e-6 * kept));
    }
  }

  /** Whole numbers are added up: there is no way to add anything else. */
  @Test
  void whatThcKeepsBackStaysAndIsTold() {
    CompressionPlan plan = plan("thc");
    try (GradientEncoders leaver = new GradientEncoders(PLAN, plan)) {
      leaver.enter(List.of(ALL), from(0));
      byte[] sent = bytes(leaver, Codec.THC, 0, ALL, 0, gradient());
      assertThat(leaver.hasUnsettled(1)).isFalse();
      leaver.handOver(1);
      assertThat(Arrays.equals(bytes(leaver, Codec.THC, 0, ALL, 1, gradient()), sent)).isFalse();
      leaver.counted(2);
      assertThat(leaver.hasUnsettled(2)).isFalse();
      assertThat(leaver.report().residualNormSquared()).isPositive();
    }
  }
}
