package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.cuda.StandIn;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.EngineFinding;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.EngineSettings;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.TrainableModel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J's models by the GPU's kernels, which the stand-in runs on the processor. */
class CudaEngineTest {
  private static final int EXAMPLES = 5;
  private static final EngineProvider CUDA = EngineProvider.of("dl4j", "cuda");

  private StandIn.Control control;

  @BeforeEach
  void start() throws Exception {
    control = StandIn.use();
  }

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of("dense", model(Nets.dense(b -> b.l1(0.01).l2(0.02)))),
        Arguments.of("convolutional", model(convolutional())),
        Arguments.of("graph", model(residual())),
        Arguments.of("sigmoid", model(output(LossFunction.XENT, Activation.SIGMOID))),
        Arguments.of("squared", model(output(LossFunction.MSE, Activation.IDENTITY))),
        Arguments.of("activations", model(activations())),
        Arguments.of("mlp", zoo("mlp")),
        Arguments.of("lenet", zoo("lenet")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void lossGradientAndOutputAreDl4js(String name, TrainableModel model) {
    try (GradientEngine cpu = model.engine(EngineProvider.CPU, EXAMPLES);
        GradientEngine cuda = model.engine("cuda", EXAMPLES)) {
      fill(cpu);
      fill(cuda);
      double expected = cpu.compute(EXAMPLES, 3, 1, 7);
      assertThat(cuda.compute(EXAMPLES, 3, 1, 7)).isCloseTo(expected, within(1e-5 * expected));
      assertThat(cuda.gradient().capacity()).isEqualTo(cpu.gradient().capacity());
      assertThat(distance(cpu.gradient(), cuda.gradient())).isLessThan(1e-5);
      cpu.predict(EXAMPLES);
      cuda.predict(EXAMPLES);
      assertThat(distance(cpu.output("label"), cuda.output("label"))).isLessThan(1e-5);
    }
  }

  @Test
  void dropoutFollowsTheSeedAndRepeats() {
    try (GradientEngine engine = model(Nets.convolutional(b -> {})).engine("cuda", EXAMPLES)) {
      fill(engine);
      byte[] first = gradient(engine, 3);
      assertThat(gradient(engine, 4)).isNotEqualTo(first);
      assertThat(gradient(engine, 3)).isEqualTo(first);
    }
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        Arguments.of(
            flat(
                list()
                    .layer(new DenseLayer.Builder().nOut(4).activation(Activation.SWISH).build())),
            "activation of layer 0 is ActivationSwish"),
        Arguments.of(
            images(list().layer(new Upsampling2D.Builder(2).build())), "layer 0 is Upsampling2D"),
        Arguments.of(
            flat(list().layer(new DropoutLayer(new GaussianDropout(0.5)))),
            "dropout of layer 0 is GaussianDropout"),
        Arguments.of(
            flat(
                list()
                    .layer(
                        new DenseLayer.Builder()
                            .nOut(4)
                            .weightNoise(new DropConnect(0.5))
                            .build())),
            "weight noise of layer 0 is DropConnect"),
        Arguments.of(
            images(
                list()
                    .layer(
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.PNORM)
                            .pnorm(2)
                            .kernelSize(2, 2)
                            .build())),
            "pooling of layer 0 is PNORM"),
        Arguments.of(output(LossFunction.L2, Activation.IDENTITY), "loss of layer 1 is LossL2"),
        Arguments.of(merged(), "vertex both is MergeVertex"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unknown")
  void whatTheKernelsDoNotKnowIsNamed(Model network, String expected) {
    TrainableModel model = model(network);
    assertThatThrownBy(() -> CUDA.admit(model))
        .isInstanceOf(BadModelException.class)
        .hasMessageStartingWith("engine cuda: " + expected)
        .hasMessageContaining("but it knows only")
        .hasMessageContaining("engine: cpu");
  }

  @Test
  void weightsOfExamplesAreRefused() {
    ExampleSchema schema =
        new ExampleSchema(
            Stream.concat(
                    Nets.SCHEMA.tensors().stream(),
                    Stream.of(
                        new TensorSpec(
                            "weight", Role.WEIGHT, ElementType.FLOAT32, List.of(), 0, 1)))
                .toList());
    TrainableModel model = Dl4jModel.of(Nets.dense(b -> {}), schema);
    assertThatThrownBy(() -> CUDA.admit(model))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("tensor weight is a weight");
  }

  @Test
  void everyFindingHasItsFix() {
    assertThat(CUDA.check(1, EngineSettings.DEFAULT)).isEmpty();
    assertThat(CUDA.identity(EngineSettings.DEFAULT)).contains("kernels ", ", card ");
    control.standinDevice(0, 0, 0, 13000);
    assertThat(finding("exact").seen()).contains("CUDA_VISIBLE_DEVICES");
    control.standinDevice(1, 6, 1, 13000);
    assertThat(finding("exact").seen()).contains("capability 6.1");
    control.standinDevice(1, 7, 5, 13000);
    assertThat(CUDA.check(1, EngineSettings.DEFAULT)).isEmpty();
    assertThat(finding("bf16").fix()).contains("math: exact");
    control.standinDevice(1, 9, 0, 10020);
    assertThat(finding("exact").seen()).isEqualTo("is for CUDA 10.2");
  }

  private static EngineFinding finding(String math) {
    List<EngineFinding> all = CUDA.check(1, new EngineSettings(math, 0));
    assertThat(all).singleElement().satisfies(one -> assertThat(one.fatal()).isTrue());
    return all.get(0);
  }

  private static TrainableModel model(Model network) {
    return Dl4jModel.of(network, Nets.SCHEMA);
  }

  private static TrainableModel zoo(String name) {
    OptimizerConfig sgd =
        new OptimizerConfig(
            "sgd",
            Map.of(),
            OptimizerConfig.ScheduleConfig.fixed(0.1),
            0,
            0,
            0,
            GradientNormalization.None,
            1,
            0);
    return new Dl4jFamily()
        .create(
            new ModelConfig(name, null),
            sgd,
            5,
            Nets.images(1, 28, 28, 10),
            new Configuration(false));
  }

  private static ListBuilder list() {
    return Nets.builder(b -> b.updater(new Sgd(0.1))).list();
  }

  private static Model flat(ListBuilder list) {
    return Nets.init(list.layer(Nets.output().build()).setInputType(InputType.feedForward(36)));
  }

  private static Model images(ListBuilder list) {
    return Nets.init(
        list.layer(Nets.output().build()).setInputType(InputType.convolutionalFlat(6, 6, 1)));
  }

  private static Model output(LossFunction loss, Activation activation) {
    return Nets.init(
        list()
            .layer(new DenseLayer.Builder().nOut(7).build())
            .layer(new OutputLayer.Builder(loss).nOut(3).activation(activation).build())
            .setInputType(InputType.feedForward(36)));
  }

  private static Model convolutional() {
    return images(
        list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(5).build())
            .layer(new BatchNormalization())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new DenseLayer.Builder().nOut(7).hasBias(false).build()));
  }

  private static Model activations() {
    ListBuilder list = list();
    for (Activation each :
        List.of(
            Activation.GELU,
            Activation.LEAKYRELU,
            Activation.ELU,
            Activation.SIGMOID,
            Activation.RELU6,
            Activation.RELU)) {
      list.layer(new DenseLayer.Builder().nOut(9).activation(each).build());
    }
    return Nets.init(
        list.layer(new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build())
            .layer(
                new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build())
            .setInputType(InputType.feedForward(36)));
  }

  /** A residual block with normalisation, a shortcut from the input, and means of channels. */
  private static Model residual() {
    ComputationGraph graph =
        new ComputationGraph(
            Nets.builder(b -> b.updater(new Sgd(0.1)))
                .graphBuilder()
                .addInputs("in")
                .addLayer("wide", same(4, 3), "in")
                .addLayer("norm", new BatchNormalization.Builder().useLogStd(true).build(), "wide")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "norm")
                .addLayer("deep", same(4, 3), "relu")
                .addLayer("short", same(4, 1), "in")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "deep", "short", "relu")
                .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "sum")
                .addLayer("out", Nets.output().build(), "mean")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(6, 6, 1))
                .build());
    graph.init();
    return graph;
  }

  private static Model merged() {
    ComputationGraph graph =
        new ComputationGraph(
            Nets.builder(b -> b.updater(new Sgd(0.1)))
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nOut(3).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nOut(3).build(), "in")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer("out", Nets.output().build(), "both")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(36))
                .build());
    graph.init();
    return graph;
  }

  private static ConvolutionLayer same(int maps, int size) {
    return new ConvolutionLayer.Builder(size, size)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.IDENTITY)
        .nOut(maps)
        .build();
  }

  private static void fill(GradientEngine engine) {
    Random random = new Random(2);
    List<TensorSpec> tensors = engine.batch().schema().tensors();
    for (int i = 0; i < EXAMPLES * tensors.get(0).denseLength(); i++) {
      engine.batch().buffer(0).putFloat(i * Float.BYTES, random.nextFloat());
    }
    int classes = tensors.get(1).denseLength();
    for (int i = 0; i < EXAMPLES * classes; i++) {
      int hot = i / classes % classes;
      engine.batch().buffer(1).putFloat(i * Float.BYTES, i % classes == hot ? 1 : 0);
    }
  }

  private static byte[] gradient(GradientEngine engine, long seed) {
    assertThat(engine.compute(EXAMPLES, 0, 0, seed)).isFinite();
    byte[] bytes = new byte[engine.gradient().capacity()];
    engine.gradient().getBytes(0, bytes);
    return bytes;
  }

  private static double distance(DirectBuffer expected, DirectBuffer seen) {
    double difference = 0;
    double length = 0;
    for (int at = 0; at < expected.capacity(); at += Float.BYTES) {
      double value = expected.getFloat(at);
      difference += Math.pow(seen.getFloat(at) - value, 2);
      length += value * value;
    }
    return Math.sqrt(difference / length);
  }
}
