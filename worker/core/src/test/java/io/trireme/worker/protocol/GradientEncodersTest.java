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
import io.trireme.common.message.CodecChoice;
import io.trireme.common.message.CodecSwitch;
import io.trireme.common.slots.TreeNode;
import io.trireme.common.wire.sbe.Codec;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of residuals from step to step and from generation to generation. */
class GradientEncodersTest {

  private static final int LENGTH = 300;
  private static final TreeNode LEFT = new TreeNode(0, 2);
  private static final TreeNode RIGHT = new TreeNode(2, 4);
  private static final TreeNode ALL = new TreeNode(0, 4);
  private static final BlockPlan PLAN =
      new BlockPlan(
          List.of(new Block(0, 0, 100, 0), new Block(1, 100, 200, 1)),
          List.of(new BlockGroup(0, 0, 1, 0, 100), new BlockGroup(1, 1, 1, 100, 200)));

  private final CompressionPlan compression = plan(0);
  private final GradientEncoders encoders = new GradientEncoders(PLAN, compression);
  private final Payload payload = new Payload();
  private final Random random = new Random(4);

  private static CompressionPlan plan(int warmupSteps) {
    return plan(new CodecConfig("int8", Map.of()), List.of(), warmupSteps);
  }

  private static CompressionPlan plan(
      CodecConfig codec, List<CompressionConfig.SegmentCodec> overrides, int warmupSteps) {
    List<Segment> segments =
        List.of(
            new Segment("0_W", 0, 0, 150, List.of(3L, 50L), 'c', SegmentKind.WEIGHT, "", List.of()),
            new Segment(
                "1_W", 0, 150, 150, List.of(3L, 50L), 'c', SegmentKind.WEIGHT, "", List.of()));
    return CompressionPlan.of(
        new Layout(LENGTH, segments, List.of(), true),
        PLAN,
        new CompressionConfig(codec, overrides, CodecConfig.NONE, warmupSteps),
        7);
  }

  /** What some encoders keep, as a checkpoint would hold it. */
  private static final class Stored implements ResidualStore {
    private final Map<String, List<byte[]>> copies = new HashMap<>();
    private final Set<TreeNode> nodes = new LinkedHashSet<>();

    Stored(List<Residual> live) {
      keep(1, 0, 0, 4, live);
    }

    @Override
    public boolean isDue(long step) {
      return true;
    }

    @Override
    public void keep(int generation, long step, int from, int to, List<Residual> residuals) {
      for (Residual residual : residuals) {
        nodes.add(residual.node());
        List<byte[]> parts = new ArrayList<>();
        for (MutableDirectBuffer part : residual.state()) {
          byte[] copy = new byte[part.capacity()];
          part.getBytes(0, copy);
          parts.add(copy);
        }
        copies.put(residual.block() + " of " + residual.node(), parts);
      }
    }

    List<byte[]> parts(int block, TreeNode node) {
      return Objects.requireNonNull(copies.get(block + " of " + node));
    }

    @Override
    public List<TreeNode> stored() {
      return List.copyOf(nodes);
    }

    @Override
    public void read(Residual into) {
      List<byte[]> parts = parts(into.block(), into.node());
      for (int part = 0; part < into.state().size(); part++) {
        into.state().get(part).putBytes(0, parts.get(part));
      }
    }

    @Override
    public void done() {}
  }

  @AfterEach
  void close() {
    encoders.close();
  }

  private UnsafeBuffer gradient() {
    UnsafeBuffer floats = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH * Float.BYTES));
    for (int i = 0; i < LENGTH; i++) {
      floats.putFloat(i * Float.BYTES, (float) random.nextGaussian());
    }
    return floats;
  }

  private byte[] send(int block, TreeNode node, long step, UnsafeBuffer gradient) {
    encoders.fill(payload, PLAN.blocks().get(block), node, step, gradient);
    assertThat(payload.codec()).isEqualTo(Codec.INT8);
    byte[] bytes = new byte[payload.length()];
    payload.bytes().getBytes(payload.offset(), bytes);
    return bytes;
  }

  private double[] decoded(int block, byte[] bytes) {
    int length = PLAN.blocks().get(block).length();
    UnsafeBuffer floats = new UnsafeBuffer(ByteBuffer.allocateDirect(length * Float.BYTES));
    UnsafeBuffer in = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
    in.putBytes(0, bytes);
    BlockDecoder decoder = compression.gradientCodec(block).decoder();
    assertThat(decoder.decode(in, 0, bytes.length, floats, 0)).isTrue();
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = floats.getFloat(i * Float.BYTES);
    }
    return values;
  }

  private double[] residual(int block, TreeNode node) {
    return values(encoders.residuals(), block, node);
  }

  private static double[] values(List<Residual> all, int block, TreeNode node) {
    Residual found =
        all.stream()
            .filter(one -> one.block() == block && one.node().equals(node))
            .findFirst()
            .orElseThrow();
    double[] values = new double[PLAN.blocks().get(block).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.state().get(0).getFloat(i * Float.BYTES);
    }
    return values;
  }

  /** All steps before this one are counted, and nothing of later ones. */
  private static GradientEncoders.Lacking from(long step) {
    return (group, slot) -> step;
  }

  @Test
  void aStepThatIsSentAgainIsTheSameBytesAndCountsOnceInTheResidual() {
    encoders.enter(List.of(LEFT), from(0));
    UnsafeBuffer first = gradient();
    byte[] sent = send(0, LEFT, 0, first);
    double[] left = residual(0, LEFT);
    encoders.enter(List.of(LEFT), from(0));
    assertThat(send(0, LEFT, 0, first)).isEqualTo(sent);
    assertThat(residual(0, LEFT)).isEqualTo(left);
    byte[] next = send(0, LEFT, 1, first);
    assertThat(next).isNotEqualTo(sent);
    double[] total = decoded(0, sent);
    double[] more = decoded(0, next);
    double[] kept = residual(0, LEFT);
    for (int i = 0; i < total.length; i++) {
      assertThat(total[i] + more[i] + kept[i])
          .isCloseTo(2.0 * first.getFloat(i * Float.BYTES), within(1e-5));
    }
  }

  @Test
  void residualsOfNodesThatAreLeftGoToTheFirstNewOne() {
    encoders.enter(List.of(LEFT, RIGHT), from(0));
    for (TreeNode node : List.of(LEFT, RIGHT)) {
      byte[] unused = send(1, node, 0, gradient());
    }
    double[] left = residual(1, LEFT);
    double[] right = residual(1, RIGHT);
    encoders.enter(List.of(ALL), from(1));
    double[] all = residual(1, ALL);
    for (int i = 0; i < all.length; i++) {
      assertThat(all[i]).isEqualTo((float) (left[i] + right[i]));
    }
  }

  @Test
  void residualsOfNodesThatStayAreNotTouched() {
    encoders.enter(List.of(LEFT), from(0));
    byte[] unused = send(0, LEFT, 0, gradient());
    double[] left = residual(0, LEFT);
    encoders.enter(List.of(LEFT, RIGHT), from(1));
    assertThat(residual(0, LEFT)).isEqualTo(left);
    assertThat(residual(0, RIGHT)).containsOnly(0.0);
  }

  private static byte[] bytes(
      GradientEncoders by, int block, TreeNode node, long step, UnsafeBuffer gradient) {
    Payload payload = new Payload();
    by.fill(payload, PLAN.blocks().get(block), node, step, gradient);
    byte[] bytes = new byte[payload.length()];
    payload.bytes().getBytes(payload.offset(), bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd", "mixed"})
  void whatIsStoredGoesOnBitForBit(String codec) {
    CompressionPlan plan =
        codec.equals("mixed")
            ? plan(
                new CodecConfig("onebit", Map.of()),
                List.of(
                    new CompressionConfig.SegmentCodec(
                        "1_W", new CodecConfig("topk", Map.of("momentum", 0.9)))),
                0)
            : plan(new CodecConfig(codec, Map.of()), List.of(), 0);
    try (GradientEncoders first = new GradientEncoders(PLAN, plan);
        GradientEncoders second = new GradientEncoders(PLAN, plan)) {
      first.enter(List.of(LEFT, RIGHT), from(0));
      for (int block = 0; block < 2; block++) {
        first.scale(block, 0.01f);
        second.scale(block, 0.01f);
      }
      for (long step = 0; step < 3; step++) {
        for (int block = 0; block < 2; block++) {
          byte[] left = bytes(first, block, LEFT, step, gradient());
          byte[] right = bytes(first, block, RIGHT, step, gradient());
          assertThat(left).isNotEqualTo(right);
        }
      }
      Stored stored = new Stored(first.residuals());
      second.enter(List.of(LEFT, RIGHT), from(3));
      second.restore(stored.stored(), stored);
      for (long step = 3; step < 5; step++) {
        for (int block = 0; block < 2; block++) {
          for (TreeNode node : List.of(LEFT, RIGHT)) {
            UnsafeBuffer gradient = gradient();
            assertThat(bytes(second, block, node, step, gradient))
                .isEqualTo(bytes(first, block, node, step, gradient));
          }
        }
      }
    }
  }

  @Test
  void whatIsStoredOfOtherNodesIsAddedToTheNodeThatHoldsTheirFirstSlot() {
    encoders.enter(List.of(LEFT, RIGHT), from(0));
    for (int block = 0; block < 2; block++) {
      byte[] left = send(block, LEFT, 0, gradient());
      byte[] right = send(block, RIGHT, 0, gradient());
      assertThat(left).isNotEqualTo(right);
    }
    double[] left = residual(1, LEFT);
    double[] right = residual(1, RIGHT);
    Stored stored = new Stored(encoders.residuals());
    encoders.enter(List.of(new TreeNode(3, 4)), from(1));
    try (GradientEncoders whole = new GradientEncoders(PLAN, compression);
        GradientEncoders quarter = new GradientEncoders(PLAN, compression)) {
      whole.enter(List.of(ALL), from(0));
      whole.restore(stored.stored(), stored);
      double[] sum = values(whole.residuals(), 1, ALL);
      quarter.enter(List.of(new TreeNode(0, 1), new TreeNode(1, 2), new TreeNode(2, 3)), from(0));
      quarter.restore(stored.stored(), stored);
      for (int i = 0; i < sum.length; i++) {
        assertThat(sum[i]).isEqualTo((float) (left[i] + right[i]));
      }
      assertThat(values(quarter.residuals(), 1, new TreeNode(0, 1))).isEqualTo(left);
      assertThat(values(quarter.residuals(), 1, new TreeNode(1, 2))).containsOnly(0.0);
      assertThat(values(quarter.residuals(), 1, new TreeNode(2, 3))).isEqualTo(right);
    }
  }

  /** A block whose parts have codecs of their own has a residual for each. */
  @Test
  void residualsOfMixedBlocksAreHandedOverPartByPart() {
    CompressionPlan plan =
        plan(
            new CodecConfig("onebit", Map.of()),
            List.of(new CompressionConfig.SegmentCodec("1_W", new CodecConfig("int8", Map.of()))),
            0);
    try (GradientEncoders mixed = new GradientEncoders(PLAN, plan)) {
      mixed.enter(List.of(LEFT, RIGHT), from(0));
      byte[] left = bytes(mixed, 1, LEFT, 0, gradient());
      byte[] right = bytes(mixed, 1, RIGHT, 0, gradient());
      assertThat(left).isNotEqualTo(right);
      Stored before = new Stored(mixed.residuals());
      mixed.enter(List.of(ALL), from(1));
      List<MutableDirectBuffer> after = mixed.residuals().get(1).state();
      assertThat(after).hasSizeGreaterThanOrEqualTo(2);
      for (int part : List.of(0, 1)) {
        List<byte[]> leftParts = before.parts(1, LEFT);
        List<byte[]> rightParts = before.parts(1, RIGHT);
        for (int at = 0; at < after.get(part).capacity(); at += Float.BYTES) {
          float a = new UnsafeBuffer(leftParts.get(part)).getFloat(at);
          float b = new UnsafeBuffer(rightParts.get(part)).getFloat(at);
          assertThat(after.get(part).getFloat(at)).isEqualTo(a + b);
        }
      }
    }
  }

  @Test
  void whatWasEncodedIsKnown() {
    encoders.enter(List.of(LEFT), from(0));
    assertThat(encoders.hasEncoded(0)).isFalse();
    byte[] unused = send(1, LEFT, 4, gradient());
    assertThat(encoders.hasEncoded(4)).isTrue();
    assertThat(encoders.hasEncoded(5)).isFalse();
  }

  @Test
  void whatIsLeftGoesPlainWithTheFirstStepOfNoneAndOnlyOnce() {
    encoders.enter(List.of(LEFT), from(0));
    UnsafeBuffer floats = gradient();
    byte[] sent = send(0, LEFT, 0, floats);
    double[] left = residual(0, LEFT);
    CompressionPlan auto = autoPlan();
    CodecChoice int8 = new CodecChoice(new CodecConfig("int8", Map.of()), CodecConfig.NONE);
    encoders.enter(
        List.of(LEFT),
        CompressionSchedule.of(auto, new CodecSwitch(int8, CodecChoice.PLAIN, 1)),
        from(0));
    assertThat(send(0, LEFT, 0, floats)).as("sent again").isEqualTo(sent);
    for (int time = 0; time < 2; time++) {
      encoders.fill(payload, PLAN.blocks().get(0), LEFT, 1, floats);
      assertThat(payload.codec()).isEqualTo(Codec.NONE);
      for (int i = 0; i < left.length; i++) {
        assertThat(payload.bytes().getFloat(payload.offset() + i * Float.BYTES))
            .isEqualTo((float) (floats.getFloat(i * Float.BYTES) + left[i]));
      }
    }
    encoders.fill(payload, PLAN.blocks().get(0), LEFT, 2, floats);
    assertThat(payload.bytes()).as("no copy any more").isSameAs(floats);
  }

  @Test
  void whatIsTakenOverGoesOnceWithTheFirstStepThatIsComputedAnew() {
    CodecChoice int8 = new CodecChoice(new CodecConfig("int8", Map.of()), CodecConfig.NONE);
    CompressionPlan auto = autoPlan();
    encoders.enter(
        List.of(LEFT, RIGHT),
        CompressionSchedule.of(auto, new CodecSwitch(int8, int8, 0)),
        from(0));
    UnsafeBuffer floats = gradient();
    byte[] unused = send(0, RIGHT, 0, floats);
    double[] left = residual(0, RIGHT);
    CompressionSchedule plain =
        CompressionSchedule.of(auto, new CodecSwitch(int8, CodecChoice.PLAIN, 1));
    encoders.enter(List.of(LEFT, RIGHT), plain, from(1));
    encoders.fill(payload, PLAN.blocks().get(0), LEFT, 1, floats);
    encoders.enter(List.of(LEFT), plain, from(1));
    encoders.fill(payload, PLAN.blocks().get(0), LEFT, 1, floats);
    float first = (float) (floats.getFloat(0) + left[0]);
    assertThat(payload.bytes().getFloat(payload.offset())).isEqualTo(first);
    encoders.enter(List.of(LEFT), plain, from(1));
    encoders.fill(payload, PLAN.blocks().get(0), LEFT, 1, floats);
    assertThat(payload.bytes().getFloat(payload.offset())).as("not counted").isEqualTo(first);
    encoders.enter(List.of(LEFT), plain, from(2));
    encoders.fill(payload, PLAN.blocks().get(0), LEFT, 2, floats);
    assertThat(payload.bytes()).as("counted").isSameAs(floats);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd"})
  void whatWasNotCountedIsUndoneBlockByBlock(String codec) {
    CompressionPlan plan = plan(new CodecConfig(codec, Map.of()), List.of(), 0);
    try (GradientEncoders undone = new GradientEncoders(PLAN, plan)) {
      undone.enter(List.of(LEFT), from(0));
      for (int block = 0; block < 2; block++) {
        undone.scale(block, 0.01f);
        byte[] unused = bytes(undone, block, LEFT, 0, gradient());
      }
      Stored at1 = new Stored(undone.residuals());
      UnsafeBuffer floats = gradient();
      byte[] sent = bytes(undone, 0, LEFT, 1, floats);
      byte[] other = bytes(undone, 1, LEFT, 1, floats);
      Stored at2 = new Stored(undone.residuals());
      undone.enter(List.of(LEFT), (group, slot) -> group == 0 ? 1 : 2);
      Stored now = new Stored(undone.residuals());
      assertThat(now.parts(0, LEFT)).containsExactly(at1.parts(0, LEFT).toArray(byte[][]::new));
      assertThat(now.parts(1, LEFT)).containsExactly(at2.parts(1, LEFT).toArray(byte[][]::new));
      assertThat(undone.isCounted(PLAN.blocks().get(1), LEFT, 1)).isTrue();
      assertThat(undone.isCounted(PLAN.blocks().get(0), LEFT, 1)).isFalse();
      assertThat(undone.isCounted(PLAN.blocks().get(1), LEFT, 2)).isFalse();
      assertThat(bytes(undone, 0, LEFT, 1, floats)).isEqualTo(sent).isNotEqualTo(other);
    }
  }

  private static CompressionPlan autoPlan() {
    Segment weights =
        new Segment("0_W", 0, 0, LENGTH, List.of(3L, 100L), 'c', SegmentKind.WEIGHT, "", List.of());
    return CompressionPlan.of(
        new Layout(LENGTH, List.of(weights), List.of(), true),
        PLAN,
        new CompressionConfig(
            CodecConfig.NONE,
            List.of(),
            CodecConfig.NONE,
            0,
            List.of(new CodecConfig("int8", Map.of())),
            true),
        7);
  }

  @Test
  void whatIsReportedAddsUp() {
    encoders.enter(List.of(LEFT), from(0));
    int bytes = send(0, LEFT, 0, gradient()).length + send(1, LEFT, 0, gradient()).length;
    double squares = 0;
    for (int block = 0; block < 2; block++) {
      for (double value : residual(block, LEFT)) {
        squares += value * value;
      }
    }
    var report = encoders.report();
    assertThat(report.plainBytes()).isEqualTo(LENGTH * Float.BYTES);
    assertThat(report.encodedBytes()).isEqualTo(bytes).isLessThan(LENGTH * Float.BYTES / 2);
    assertThat(report.floats()).isEqualTo(LENGTH);
    assertThat(report.sentFloats()).isBetween(1L, (long) LENGTH);
    assertThat(report.residualNormSquared()).isCloseTo(squares, within(1e-6 * squares));
  }

  @Test
  void warmUpStepsTravelPlainWithoutACopy() {
    try (GradientEncoders warming = new GradientEncoders(PLAN, plan(3))) {
      warming.enter(List.of(LEFT), from(0));
      UnsafeBuffer floats = gradient();
      warming.fill(payload, PLAN.blocks().get(1), LEFT, 2, floats);
      assertThat(payload.codec()).isEqualTo(Codec.NONE);
      assertThat(payload.bytes()).isSameAs(floats);
      assertThat(payload.offset()).isEqualTo(100 * Float.BYTES);
      warming.fill(payload, PLAN.blocks().get(1), LEFT, 3, floats);
      assertThat(payload.codec()).isEqualTo(Codec.INT8);
    }
  }
}
