package io.trireme.bench;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The two models, with Adam at 0.001. */
final class Models {
  private Models() {}

  /** {@code mlp}: 784-512-10; {@code lenet}: 20 and 50 5x5 maps, 500; ReLU throughout. */
  static MultiLayerConfiguration of(String name) {
    return switch (name) {
      case "mlp" ->
          builder()
              .layer(dense(512))
              .layer(output())
              .setInputType(InputType.feedForward(784))
              .build();
      case "lenet" ->
          builder()
              .layer(convolution(20))
              .layer(pool())
              .layer(convolution(50))
              .layer(pool())
              .layer(dense(500))
              .layer(output())
              .setInputType(InputType.convolutionalFlat(28, 28, 1))
              .build();
      default -> throw new IllegalArgumentException("model is " + name + ", not mlp or lenet");
    };
  }

  private static NeuralNetConfiguration.ListBuilder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(42)
        .updater(new Adam(0.001))
        .weightInit(WeightInit.XAVIER)
        .list();
  }

  private static ConvolutionLayer convolution(int maps) {
    return new ConvolutionLayer.Builder(5, 5).nOut(maps).activation(Activation.RELU).build();
  }

  private static SubsamplingLayer pool() {
    return new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build();
  }

  private static DenseLayer dense(int units) {
    return new DenseLayer.Builder().nOut(units).activation(Activation.RELU).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
