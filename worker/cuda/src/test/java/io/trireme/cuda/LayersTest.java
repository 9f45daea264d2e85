package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.Activation.Kind;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import io.trireme.cuda.spec.Window.Pair;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Each layer on the stand-in: its gradient against DL4J's, against numeric differences, and twice
 * with equal bits.
 */
class LayersTest {
  private static final int EXAMPLES = 5;
  private static final Shape INPUT = Shape.image(3, 9, 7);
  private static final double TOLERANCE = 1e-5;

  /** A layer in the middle of: convolution of 4 maps, the layer, a dense output of 3. */
  private record Case(
      String name,
      org.deeplearning4j.nn.conf.layers.Layer dl4j,
      Function<Offsets, Layer> ours,
      Output output) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The output layer's parts. */
  private record Output(
      LossFunction loss, org.nd4j.linalg.activations.Activation activation, Layer.Loss ours) {
    static final Output SOFTMAX =
        new Output(
            LossFunction.MCXENT,
            org.nd4j.linalg.activations.Activation.SOFTMAX,
            new Layer.Loss(Layer.LossKind.SOFTMAX_CROSS_ENTROPY, 1e-10f));
    static final Output SIGMOID =
        new Output(
            LossFunction.XENT,
            org.nd4j.linalg.activations.Activation.SIGMOID,
            new Layer.Loss(Layer.LossKind.SIGMOID_CROSS_ENTROPY, 1e-5f));
    static final Output SQUARED =
        new Output(
            LossFunction.MSE,
            org.nd4j.linalg.activations.Activation.IDENTITY,
            new Layer.Loss(Layer.LossKind.SQUARED, 0));
  }

  /** Gives out places in the flat vector, in DL4J's order. */
  private static final class Offsets {
    private long next;

    long take(long length) {
      long at = next;
      next += length;
      return at;
    }
  }

  @BeforeEach
  void start() throws Exception {
    StandIn.use();
  }

  static Stream<Case> cases() {
    return Stream.of(
            List.of(
                convolution("3x3", window(3, 3, 1, 1, 0, 0, 1, false)),
                convolution("2x3 stride 2x1 padding 1x2", window(2, 3, 2, 1, 1, 2, 1, false)),
                convolution("3x3 dilation 2", window(3, 3, 1, 1, 1, 1, 2, false)),
                convolution("3x3 stride 2 same", window(3, 3, 2, 2, 0, 0, 1, true)),
                convolution("4x4 stride 3 same", window(4, 4, 3, 3, 0, 0, 1, true)),
                convolution("1x1 stride 2", window(1, 1, 2, 2, 0, 0, 1, false))),
            List.of(
                pool("max 2x2", true, window(2, 2, 2, 2, 0, 0, 1, false)),
                pool("max 3x3 stride 2 padding 1", true, window(3, 3, 2, 2, 1, 1, 1, false)),
                pool("max 3x2 stride 1 same", true, window(3, 2, 1, 1, 0, 0, 1, true)),
                pool("mean 2x2", false, window(2, 2, 2, 2, 0, 0, 1, false)),
                pool("mean 3x3 stride 2 same", false, window(3, 3, 2, 2, 0, 0, 1, true))),
            List.of(
                activation(
                    org.nd4j.linalg.activations.Activation.RELU.getActivationFunction(),
                    Activation.RELU),
                activation(
                    org.nd4j.linalg.activations.Activation.TANH.getActivationFunction(),
                    Activation.of(Kind.TANH)),
                activation(
                    org.nd4j.linalg.activations.Activation.SIGMOID.getActivationFunction(),
                    Activation.of(Kind.SIGMOID)),
                activation(
                    org.nd4j.linalg.activations.Activation.GELU.getActivationFunction(),
                    Activation.of(Kind.GELU)),
                activation(
                    org.nd4j.linalg.activations.Activation.ELU.getActivationFunction(),
                    new Activation(Kind.ELU, 1)),
                activation(
                    org.nd4j.linalg.activations.Activation.RELU6.getActivationFunction(),
                    Activation.of(Kind.RELU6)),
                activation(new ActivationLReLU(0.2), new Activation(Kind.LEAKY_RELU, 0.2f))),
            List.of(
                norm("norm, log deviation", true),
                norm("norm, variance", false),
                dense("dense, sigmoid loss", Output.SIGMOID),
                dense("dense, squared loss", Output.SQUARED)))
        .flatMap(List::stream);
  }

  private static Window window(
      int h, int w, int strideY, int strideX, int padY, int padX, int dilation, boolean same) {
    return new Window(
        h, w, new Pair(strideY, strideX), new Pair(padY, padX), new Pair(dilation, dilation), same);
  }

  private static ConvolutionMode mode(Window window) {
    return window.same() ? ConvolutionMode.Same : ConvolutionMode.Truncate;
  }

  private static Case convolution(String name, Window w) {
    ConvolutionLayer dl4j =
        new ConvolutionLayer.Builder(w.height(), w.width())
            .stride(w.stride().y(), w.stride().x())
            .padding(w.padding().y(), w.padding().x())
            .dilation(w.dilation().y(), w.dilation().x())
            .convolutionMode(mode(w))
            .nOut(6)
            .build();
    return new Case(
        "convolution " + name,
        dl4j,
        o -> {
          long bias = o.take(6);
          return new Layer.Convolution(
              6, w, o.take(6L * 4 * w.size()), bias, Activation.of(Kind.TANH));
        },
        Output.SOFTMAX);
  }

  private static Case pool(String name, boolean maximum, Window w) {
    SubsamplingLayer dl4j =
        new SubsamplingLayer.Builder(maximum ? PoolingType.MAX : PoolingType.AVG)
            .kernelSize(w.height(), w.width())
            .stride(w.stride().y(), w.stride().x())
            .padding(w.padding().y(), w.padding().x())
            .convolutionMode(mode(w))
            .build();
    return new Case(
        "pooling " + name, dl4j, o -> new Layer.Pool(maximum, w, false), Output.SOFTMAX);
  }

  private static Case activation(IActivation dl4j, Activation ours) {
    return new Case(
        "activation " + dl4j,
        new ActivationLayer.Builder().activation(dl4j).build(),
        o -> new Layer.Activate(ours),
        Output.SOFTMAX);
  }

  private static Case norm(String name, boolean logDeviation) {
    return new Case(
        name,
        new BatchNormalization.Builder().useLogStd(logDeviation).build(),
        o -> {
          long gamma = o.take(4);
          long beta = o.take(4);
          long mean = o.take(4);
          Layer.Statistics statistics = new Layer.Statistics(1e-5f, 0.9f, logDeviation);
          return new Layer.BatchNorm(statistics, gamma, beta, mean, o.take(4), Activation.IDENTITY);
        },
        Output.SOFTMAX);
  }

  private static Case dense(String name, Output output) {
    return new Case(
        name,
        new DenseLayer.Builder().nOut(6).build(),
        o -> {
          long weights = o.take(6L * 4 * 7 * 5);
          return new Layer.Dense(6, weights, o.take(6), Activation.of(Kind.TANH));
        },
        output);
  }

  private static ChainSpec spec(Case each) {
    Offsets offsets = new Offsets();
    long bias = offsets.take(4);
    Window first = Window.truncate(3, 1);
    Layer.Convolution convolution =
        new Layer.Convolution(4, first, offsets.take(4 * 3 * 9), bias, Activation.of(Kind.TANH));
    Layer middle = each.ours().apply(offsets);
    // the shape before the output decides its weights: ask a description that ends in a loss
    ChainSpec.Builder probe = ChainSpec.builder("probe", INPUT).add("first", convolution);
    int inputs =
        probe.add("middle", middle).add("loss", each.output().ours()).build(1 << 20).outputs();
    long weights = offsets.take(3L * inputs);
    Layer.Dense output = new Layer.Dense(3, weights, offsets.take(3), Activation.IDENTITY);
    return ChainSpec.builder(each.name(), INPUT)
        .add("first", convolution)
        .add("middle", middle)
        .add("output", output)
        .add("loss", each.output().ours())
        .build(offsets.next);
  }

  private static MultiLayerNetwork network(Case each) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .activation(org.nd4j.linalg.activations.Activation.TANH)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(each.dl4j())
                .layer(
                    new OutputLayer.Builder(each.output().loss())
                        .nOut(3)
                        .activation(each.output().activation())
                        .build())
                .setInputType(
                    InputType.convolutional(INPUT.height(), INPUT.width(), INPUT.channels()))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsDl4jsAndRepeats(Case each) {
    ChainSpec spec = spec(each);
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      SmallNet.fill(engine, spec, EXAMPLES);
      MultiLayerNetwork network = network(each);
      double expectedLoss = compute(network, engine, spec);
      double loss = engine.compute(EXAMPLES, 0, 0, 1);
      float[] seen = SmallNet.floats(engine.gradient(), (int) spec.parameters());
      assertThat(distance(seen, network.getFlattenedGradients())).isLessThan(TOLERANCE);
      assertThat(loss).isCloseTo(expectedLoss, Offset.offset(1e-5 * Math.abs(expectedLoss)));
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isEqualTo(loss);
      assertThat(SmallNet.floats(engine.gradient(), seen.length)).isEqualTo(seen);
      engine.infer(EXAMPLES);
      float[] output = SmallNet.floats(engine.output(), EXAMPLES * 3);
      INDArray expected = network.output(network.getInput(), false);
      assertThat(distance(output, expected)).isLessThan(TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsTheSlopeOfTheLoss(Case each) {
    ChainSpec spec = spec(each);
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, EXAMPLES)) {
      SmallNet.fill(engine, spec, EXAMPLES);
      int length = (int) spec.parameters();
      assertThat(engine.compute(EXAMPLES, 0, 0, 1)).isNotNaN();
      float[] gradient = SmallNet.floats(engine.gradient(), length);
      float[] start = SmallNet.floats(engine.parameters(), length);
      boolean[] statistics = statistics(spec);
      double square = 0;
      for (int i = 0; i < length; i++) {
        square += statistics[i] ? 0 : (double) gradient[i] * gradient[i];
      }
      double step = 2e-3 / Math.sqrt(square);
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        for (int i = 0; i < length; i++) {
          double move = statistics[i] ? 0 : (side == 0 ? -step : step) * gradient[i];
          engine.parameters().putFloat(4 * i, (float) (start[i] + move));
        }
        losses[side] = engine.compute(EXAMPLES, 0, 0, 1);
      }
      double slope = (losses[1] - losses[0]) / (2 * step);
      assertThat(slope).isCloseTo(square, Offset.offset(0.01 * square));
    }
  }

  private static boolean[] statistics(ChainSpec spec) {
    boolean[] is = new boolean[(int) spec.parameters()];
    if (spec.nodes().get(1).layer() instanceof Layer.BatchNorm norm) {
      for (int i = 0; i < 4; i++) {
        is[(int) norm.mean() + i] = true;
        is[(int) norm.variance() + i] = true;
      }
    }
    return is;
  }

  private static double compute(MultiLayerNetwork network, CudaEngine engine, ChainSpec spec) {
    int length = (int) spec.parameters();
    assertThat(network.numParams()).isEqualTo(length);
    if (spec.nodes().get(1).layer() instanceof Layer.BatchNorm norm
        && !norm.statistics().logDeviation()) {
      for (int i = 0; i < 4; i++) {
        engine.parameters().putFloat((int) (4 * (norm.variance() + i)), 0.5f + i);
      }
    }
    float[] x = SmallNet.floats(engine.features(), EXAMPLES * INPUT.length());
    float[] y = SmallNet.floats(engine.labels(), EXAMPLES * 3);
    network.setParams(
        Nd4j.createFromArray(SmallNet.floats(engine.parameters(), length)).reshape(1, length));
    network.setInput(
        Nd4j.createFromArray(x).reshape(EXAMPLES, INPUT.channels(), INPUT.height(), INPUT.width()));
    network.setLabels(Nd4j.createFromArray(y).reshape(EXAMPLES, 3));
    network.computeGradientAndScore();
    return network.score() * EXAMPLES;
  }

  private static double distance(float[] seen, INDArray expected) {
    float[] truth = expected.reshape(expected.length()).dup('c').data().asFloat();
    double difference = 0;
    double length = 0;
    for (int i = 0; i < truth.length; i++) {
      difference += Math.pow((double) seen[i] - truth[i], 2);
      length += Math.pow(truth[i], 2);
    }
    return Math.sqrt(difference / length);
  }
}
