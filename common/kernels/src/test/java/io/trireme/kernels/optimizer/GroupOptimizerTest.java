package io.trireme.kernels.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.memory.NativeThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class GroupOptimizerTest {
  private static final int LENGTH = 100_003;

  @Test
  void resumesFromParametersAndState() {
    Layout layout = layout(GradientNormalization.None, new Adam(0.01), new Adam(0.02));
    BlockPlan plan = BlockPlan.of(layout);
    long border =
        layout.segments().stream()
            .filter(segment -> !segment.updater().equals(layout.segments().get(0).updater()))
            .findFirst()
            .orElseThrow()
            .offset();
    BlockGroup group =
        plan.groups().stream()
            .filter(candidate -> candidate.offset() < border && border < candidate.end())
            .findFirst()
            .orElseThrow();
    try (GroupOptimizer whole = new GroupOptimizer(layout, plan, group);
        GroupOptimizer resumed = new GroupOptimizer(layout, plan, group)) {
      for (int step = 0; step < 3; step++) {
        step(whole, step);
      }
      resumed.parameters().putBytes(0, whole.parameters(), 0, whole.parameters().capacity());
      List<MutableDirectBuffer> from = whole.state();
      List<MutableDirectBuffer> to = resumed.state();
      assertThat(to).hasSameSizeAs(from).hasSize(2);
      for (int i = 0; i < from.size(); i++) {
        to.get(i).putBytes(0, from.get(i), 0, from.get(i).capacity());
      }
      step(whole, 3);
      step(resumed, 3);
      assertThat(bits(resumed.parameters())).isEqualTo(bits(whole.parameters()));
    }
  }

  static Stream<IUpdater> updaters() {
    ISchedule halving = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1, 2, 0.05));
    return Stream.of(
        new Adam(halving),
        new AdaBelief(0.01),
        new AdaMax(0.01),
        new AMSGrad(0.01),
        new Nadam(halving),
        new RmsProp(0.01),
        new AdaGrad(0.01),
        new AdaDelta(),
        new Nesterovs(halving, 0.9),
        new Sgd(halving),
        new NoOp());
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void restartForgetsEarlierSteps(IUpdater updater) {
    Layout layout = layout(GradientNormalization.None, updater, updater);
    BlockPlan plan = BlockPlan.of(layout);
    BlockGroup group = plan.groups().get(0);
    try (GroupOptimizer fresh = new GroupOptimizer(layout, plan, group);
        GroupOptimizer used = new GroupOptimizer(layout, plan, group)) {
      step(used, 0);
      step(used, 1);
      used.restart();
      used.parameters().setMemory(0, used.parameters().capacity(), (byte) 0);
      step(fresh, 0);
      step(used, 0);
      assertThat(bits(used.parameters())).isEqualTo(bits(fresh.parameters()));
      // The state is of age 1 in both, and time goes on as it likes.
      used.gradient().setMemory(0, used.gradient().capacity(), (byte) 0);
      fresh.gradient().setMemory(0, fresh.gradient().capacity(), (byte) 0);
      used.update(7, 0, 1, 1);
      fresh.update(2, 0, 1, 1);
      assertThat(bits(used.parameters())).isEqualTo(bits(fresh.parameters()));
    }
  }

  @Test
  void numberOfNativeThreadsDoesNotMatterWithoutNorms() throws Exception {
    Layout layout =
        layout(GradientNormalization.ClipElementWiseAbsoluteValue, new Adam(0.01), new Sgd(0.1));
    assertThat(threeSteps(layout, 2)).isEqualTo(threeSteps(layout, 1));
  }

  @Test
  void sameThreadsSameBitsWithNorms() throws Exception {
    Layout layout = layout(GradientNormalization.ClipL2PerLayer, new Adam(0.01), new Sgd(0.1));
    assertThat(threeSteps(layout, 1)).isEqualTo(threeSteps(layout, 1));
  }

  @Test
  void groupThatCutsANormalisedLayerIsRefused() {
    Layout layout = layout(GradientNormalization.ClipL2PerLayer, new Sgd(0.1), new Sgd(0.1));
    BlockGroup half = new BlockGroup(0, 0, 1, 0, LENGTH / 2);
    BlockPlan plan = new BlockPlan(List.of(new Block(0, 0, LENGTH / 2, 0)), List.of(half));
    assertThatThrownBy(() -> new GroupOptimizer(layout, plan, half))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer only")
        .hasMessageContaining("ClipL2PerLayer");
  }

  @Test
  void blockOfAnotherGroupIsRefused() {
    Layout layout = layout(GradientNormalization.None, new Sgd(0.1), new Sgd(0.1));
    BlockPlan plan = BlockPlan.of(layout);
    try (GroupOptimizer optimizer = new GroupOptimizer(layout, plan, plan.groups().get(0))) {
      assertThatThrownBy(() -> optimizer.sumOfSquares(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("block 1 is not in group 0");
    }
  }

  @Test
  void groupBeyondOneBufferIsRefused() {
    long length = 1L << 29;
    Segment segment =
        new Segment(
            "0_W",
            0,
            0,
            length,
            List.of(length),
            'c',
            SegmentKind.WEIGHT,
            UpdaterJson.ofUpdater(new Sgd(0.1)),
            List.of());
    Layout layout = new Layout(length, List.of(segment), List.of(), true);
    BlockGroup group = new BlockGroup(0, 0, 1, 0, length);
    assertThatThrownBy(
            () -> new GroupOptimizer(layout, new BlockPlan(List.of(), List.of(group)), group))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters of group 0: 536870912 floats are 2147483648 bytes");
  }

  /** One layer of a matrix with L1 and L2 and a bias. */
  private static Layout layout(GradientNormalization normalization, IUpdater w, IUpdater b) {
    List<String> regularization =
        List.of(
            UpdaterJson.ofRegularization(new L1Regularization(0.01)),
            UpdaterJson.ofRegularization(new L2Regularization(0.02)));
    long weights = LENGTH - 40_001;
    return new Layout(
        LENGTH,
        List.of(
            new Segment(
                "only_W",
                0,
                0,
                weights,
                List.of(weights),
                'c',
                SegmentKind.WEIGHT,
                UpdaterJson.ofUpdater(w),
                regularization),
            new Segment(
                "only_b",
                0,
                weights,
                LENGTH - weights,
                List.of(LENGTH - weights),
                'c',
                SegmentKind.WEIGHT,
                UpdaterJson.ofUpdater(b),
                List.of())),
        List.of(new LayerSpan("only", 0, LENGTH, normalization, 0.5)),
        true);
  }

  private static List<Integer> threeSteps(Layout layout, int threads) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(() -> threeStepsHere(layout, threads)).get(1, TimeUnit.MINUTES);
    } finally {
      thread.submit(() -> NativeThreads.use(1)).get(1, TimeUnit.MINUTES);
      thread.shutdownNow();
    }
  }

  private static List<Integer> threeStepsHere(Layout layout, int threads) {
    NativeThreads.use(threads);
    List<Integer> bits = new ArrayList<>();
    BlockPlan plan = BlockPlan.of(layout);
    for (BlockGroup group : plan.groups()) {
      try (GroupOptimizer optimizer = new GroupOptimizer(layout, plan, group)) {
        for (int step = 0; step < 3; step++) {
          step(optimizer, step);
        }
        bits.addAll(bits(optimizer.parameters()));
      }
    }
    return bits;
  }

  private static void step(GroupOptimizer optimizer, int step) {
    Random random = new Random(step);
    for (int at = 0; at < optimizer.gradient().capacity(); at += Float.BYTES) {
      optimizer.gradient().putFloat(at, (float) random.nextGaussian());
    }
    optimizer.average(3, 1);
    optimizer.update(step, 0, 1);
  }

  private static List<Integer> bits(DirectBuffer floats) {
    List<Integer> bits = new ArrayList<>();
    for (int at = 0; at < floats.capacity(); at += Float.BYTES) {
      bits.add(floats.getInt(at));
    }
    return bits;
  }
}
