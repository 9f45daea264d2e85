package io.trireme.worker.dl4j;

import static org.junit.jupiter.api.Named.named;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.kernels.optimizer.CosineSchedule;
import io.trireme.kernels.optimizer.WarmupSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
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
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * Engine and server-side optimizer together are DL4J's {@code fit()}: the same parameters, bit for
 * bit, after several steps with a short batch among them.
 */
class FitParityTest {

  static Stream<Named<IUpdater>> updaters() {
    return Stream.of(
            new Sgd(0.1),
            new Nesterovs(0.1, 0.9),
            new Nesterovs(0.1, new StepSchedule(ScheduleType.ITERATION, 0.9, 0.5, 2)),
            new Adam(0.01),
            new Adam(0.01, 0.8, 0.99, 1e-6),
            new AdaMax(0.01),
            new AMSGrad(0.01),
            new Nadam(0.01),
            new RmsProp(0.01),
            new AdaGrad(0.01),
            new AdaDelta(),
            new NoOp())
        .map(updater -> named(updater.toString(), updater));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void updater(IUpdater updater) {
    Replay.assertEqualsFit(() -> Nets.dense(b -> b.updater(updater.clone())));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void updaterWithRegularisation(IUpdater updater) {
    Replay.assertEqualsFit(
        () -> Nets.dense(b -> b.updater(updater.clone()).l1(0.01).l2(0.02).weightDecay(0.03)));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void convolutionBatchNormalisationAndDropout(IUpdater updater) {
    Replay.assertEqualsFit(() -> Nets.convolutional(b -> b.updater(updater.clone()).l2(0.01)));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void graph(IUpdater updater) {
    Replay.assertEqualsFit(() -> Nets.graph(b -> b.updater(updater.clone()).weightDecay(0.01)));
  }

  /**
   * DL4J 1.0.0-M2.1 cannot train with AdaBelief: its {@code instantiate} fails on every network.
   * The network of {@code fit()} therefore has one whose {@code instantiate} works.
   */
  @Test
  void adaBelief() {
    new Replay(Nets.SCHEMA, step -> 0)
        .assertEqualsFit(
            () -> Nets.convolutional(b -> b.updater(new RepairedAdaBelief(0.01)).l2(0.01)),
            () -> Nets.convolutional(b -> b.updater(new AdaBelief(0.01)).l2(0.01)),
            BlockPlan::of);
  }

  private static final class RepairedAdaBelief extends AdaBelief {
    private static final long serialVersionUID = 1L;

    RepairedAdaBelief(double learningRate) {
      super(learningRate);
    }

    @Override
    public GradientUpdater<?> instantiate(INDArray view, boolean initialize) {
      long length = view.length() / 2;
      INDArray flat = view.assign(0).reshape(2 * length);
      return instantiate(
          Map.of(
              "M", flat.get(NDArrayIndex.interval(0, length)),
              "S", flat.get(NDArrayIndex.interval(length, 2 * length))),
          false);
    }

    @Override
    public RepairedAdaBelief clone() {
      return new RepairedAdaBelief(getLearningRate());
    }
  }

  /**
   * How the vector is cut does not matter, down to lengths and offsets that no vector width
   * divides. Each group is one block here.
   */
  @ParameterizedTest
  @MethodSource("updaters")
  void anyCut(IUpdater updater) {
    Supplier<MultiLayerNetwork> model =
        () ->
            Nets.convolutional(
                b ->
                    b.updater(updater.clone())
                        .l1(0.01)
                        .weightDecay(0.02)
                        .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                        .gradientNormalizationThreshold(0.01));
    for (int blockLength : new int[] {16, 37, 1}) {
      new Replay(Nets.SCHEMA, step -> 0)
          .assertEqualsFit(model, model, layout -> everyFloats(layout, blockLength));
    }
  }

  private static BlockPlan everyFloats(Layout layout, int blockLength) {
    List<Block> blocks = new ArrayList<>();
    List<BlockGroup> groups = new ArrayList<>();
    for (long at = 0; at < layout.length(); at += blockLength) {
      int index = blocks.size();
      int length = (int) Math.min(blockLength, layout.length() - at);
      blocks.add(new Block(index, at, length, index));
      groups.add(new BlockGroup(index, index, 1, at, length));
    }
    return new BlockPlan(blocks, groups);
  }

  @Test
  void weightDecayWithoutLearningRate() {
    Replay.assertEqualsFit(
        () -> Nets.dense(b -> b.updater(new Adam(0.01)).weightDecay(0.01, false)));
  }

  @Test
  void regularisationOfBiases() {
    Replay.assertEqualsFit(
        () ->
            Nets.dense(
                b -> b.updater(new Adam(0.01)).l1Bias(0.01).l2Bias(0.02).weightDecayBias(0.01)));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "None")
  void normalisation(GradientNormalization normalization) {
    // Thresholds on either side of what norms are here, so that both branches of a clip are taken.
    for (double threshold : new double[] {1e-3, 0.05, 0.5, 100}) {
      Replay.assertEqualsFit(
          () ->
              Nets.convolutional(
                  b ->
                      b.updater(new Nesterovs(0.05, 0.9))
                          .l2(0.01)
                          .gradientNormalization(normalization)
                          .gradientNormalizationThreshold(threshold)));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "None")
  void normalisationInGraph(GradientNormalization normalization) {
    Replay.assertEqualsFit(
        () ->
            Nets.graph(
                b ->
                    b.updater(new Adam(0.01))
                        .gradientNormalization(normalization)
                        .gradientNormalizationThreshold(0.05)));
  }

  @Test
  void normalisationOfOneLayerAmongOthers() {
    Replay.assertEqualsFit(
        () ->
            Nets.init(
                Nets.builder(b -> b.updater(new Adam(0.01)))
                    .list()
                    .layer(new DenseLayer.Builder().nOut(9).build())
                    .layer(
                        new DenseLayer.Builder()
                            .nOut(7)
                            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                            .gradientNormalizationThreshold(0.01)
                            .build())
                    .layer(Nets.output().build())
                    .setInputType(InputType.feedForward(36))));
  }

  static Stream<Named<ISchedule>> schedules() {
    return Stream.of(ScheduleType.ITERATION, ScheduleType.EPOCH).flatMap(FitParityTest::schedules);
  }

  private static Stream<Named<ISchedule>> schedules(ScheduleType type) {
    List<ISchedule> plain =
        List.of(
            new StepSchedule(type, 0.1, 0.5, 2),
            new ExponentialSchedule(type, 0.1, 0.9),
            new PolySchedule(type, 0.1, -2, 9),
            new SigmoidSchedule(type, 0.1, -0.5, 3),
            new InverseSchedule(type, 0.1, 0.3, 0.75),
            new MapSchedule(type, new TreeMap<>(Map.of(0, 0.1, 1, 0.07, 4, 0.02))),
            new CycleSchedule(type, 0.1, 5),
            new CosineSchedule(type, 0.1, 0.001, 5),
            new FixedSchedule(0.1));
    return plain.stream()
        .flatMap(s -> Stream.of(s, new WarmupSchedule(s, 4)))
        .map(s -> named(type + " " + s.getClass().getSimpleName() + " " + s, s));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void schedule(ISchedule schedule) {
    Replay.assertEqualsFit(
        () -> Nets.dense(b -> b.updater(new Nesterovs(schedule.clone(), 0.9)).weightDecay(0.01)));
  }

  @Test
  void mixedUpdatersByLayerAndByBias() {
    Replay.assertEqualsFit(
        () ->
            Nets.init(
                Nets.builder(b -> b.updater(new Adam(0.01)).biasUpdater(new Sgd(0.1)))
                    .list()
                    .layer(
                        new ConvolutionLayer.Builder(3, 3)
                            .nOut(5)
                            .updater(new RmsProp(0.01))
                            .l1(0.01)
                            .build())
                    .layer(new BatchNormalization.Builder().updater(new Nadam(0.02)).build())
                    .layer(new DenseLayer.Builder().nOut(9).l2(0.1).build())
                    .layer(new DenseLayer.Builder().nOut(7).biasUpdater(new NoOp()).build())
                    .layer(Nets.output().updater(new AdaDelta()).build())
                    .setInputType(InputType.convolutionalFlat(6, 6, 1))));
  }

  @Test
  void sumInsteadOfMeanWhereTheModelAsksForIt() {
    Replay.assertEqualsFit(
        () -> Nets.convolutional(b -> b.updater(new Sgd(0.001)).miniBatch(false)));
  }
}
