package io.trireme.worker.dl4j.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A chain's gradient has the bits of DL4J's, on every batch and after every change. */
class LayerChainTest {
  private static final int CLASSES = 10;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void denseNetworkEqualsDl4j(int examples) {
    assertEqualBits(
        network(
            builder()
                .layer(new DenseLayer.Builder().nOut(53).activation(Activation.RELU).build())
                .layer(new DenseLayer.Builder().nOut(19).activation(Activation.IDENTITY).build())
                .layer(softmax()),
            InputType.feedForward(144)),
        features(examples, 144));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void convolutionalNetworkEqualsDl4j(int examples) {
    assertEqualBits(
        network(
            builder()
                .layer(convolution(5, 5, 20))
                .layer(pooling())
                .layer(convolution(3, 3, 50))
                .layer(pooling())
                .layer(new DenseLayer.Builder().nOut(53).activation(Activation.RELU).build())
                .layer(softmax()),
            InputType.convolutionalFlat(20, 20, 1)),
        features(examples, 400));
  }

  @Test
  void strideAndPaddingAndSeveralPlanesEqualDl4j() {
    ConvolutionLayer strided =
        new ConvolutionLayer.Builder(3, 3)
            .nOut(8)
            .stride(2, 2)
            .padding(1, 1)
            .activation(Activation.RELU)
            .build();
    assertEqualBits(
        network(
            builder().layer(strided).layer(convolution(3, 3, 17)).layer(softmax()),
            InputType.convolutional(15, 13, 3)),
        features(9, 3, 15, 13));
  }

  @Test
  void otherLossesEqualDl4j() {
    OutputLayer squares =
        new OutputLayer.Builder(LossFunction.MSE)
            .nOut(CLASSES)
            .activation(Activation.SIGMOID)
            .build();
    assertEqualBits(
        network(
            builder()
                .layer(new DenseLayer.Builder().nOut(31).activation(Activation.RELU).build())
                .layer(squares),
            InputType.feedForward(50)),
        features(16, 50));
  }

  @Test
  void leavesUnknownPartsToDl4j() {
    for (var layer :
        List.of(
            new DenseLayer.Builder().nOut(9).activation(Activation.TANH).build(),
            new DenseLayer.Builder().nOut(9).activation(Activation.RELU).dropOut(0.5).build(),
            new BatchNormalization())) {
      MultiLayerNetwork network =
          network(builder().layer(layer).layer(softmax()), InputType.feedForward(12));
      INDArray features = features(5, 12);
      INDArray labels = labels(5);
      try (CheckedChain chain = new CheckedChain(network)) {
        chain.compute(features, labels);
        chain.compute(features, labels);
        assertThat(chain.isFast(features)).as(layer.toString()).isFalse();
        assertThat(network.score()).isFinite();
      }
    }
  }

  private static void assertEqualBits(MultiLayerNetwork network, INDArray features) {
    INDArray labels = labels((int) features.size(0));
    try (CheckedChain chain = new CheckedChain(network)) {
      chain.compute(features, labels);
      assertThat(chain.isFast(features)).isTrue();
      for (int round = 0; round < 4; round++) {
        features.assign(Nd4j.rand(features.shape()));
        network.params().addi(Nd4j.randn(network.params().shape()).muli(0.02));
        network.setInput(features);
        network.setLabels(labels);
        network.computeGradientAndScore();
        INDArray expected = network.getFlattenedGradients().dup();
        double score = network.score();
        network.getFlattenedGradients().assign(Float.NaN);

        chain.compute(features, labels);

        assertThat(network.getFlattenedGradients().data().asFloat())
            .containsExactly(expected.data().asFloat());
        assertThat(network.score()).isCloseTo(score, within(1e-5 * Math.abs(score)));
      }
    }
  }

  private static ListBuilder builder() {
    return new NeuralNetConfiguration.Builder().seed(3).l2(1e-4).list();
  }

  private static ConvolutionLayer convolution(int rows, int columns, int planes) {
    return new ConvolutionLayer.Builder(rows, columns)
        .nOut(planes)
        .activation(Activation.RELU)
        .build();
  }

  private static SubsamplingLayer pooling() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static MultiLayerNetwork network(ListBuilder builder, InputType input) {
    MultiLayerNetwork network = new MultiLayerNetwork(builder.setInputType(input).build());
    network.init();
    network.initGradientsView();
    return network;
  }

  private static INDArray features(long... shape) {
    return Nd4j.rand(shape);
  }

  private static INDArray labels(int examples) {
    INDArray labels = Nd4j.zeros(examples, CLASSES);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, (i * 7) % CLASSES, 1);
    }
    return labels;
  }
}
