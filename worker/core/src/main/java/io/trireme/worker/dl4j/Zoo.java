package io.trireme.worker.dl4j;

import io.trireme.common.config.OptimizerConfig;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.InputFacts;
import java.util.List;
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
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The models that a job file can name; inputs and classes are the data's. */
final class Zoo {
  private Zoo() {}

  /**
   * A model's configuration.
   *
   * @throws BadModelException if the name is unknown or the optimizer is wrong
   */
  static MultiLayerConfiguration configuration(
      String name, OptimizerConfig optimizer, long seed, InputFacts facts) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(seed).weightInit(WeightInit.XAVIER);
    Dl4jUpdaters.configure(optimizer, builder);
    return switch (name) {
      case "mlp" -> mlp(builder, facts);
      case "lenet" -> lenet(builder, facts);
      default ->
          throw new BadModelException(
              List.of("model: unknown zoo model " + name + ", expected mlp or lenet"));
    };
  }

  /** One hidden layer of 512 rectified units. */
  private static MultiLayerConfiguration mlp(
      NeuralNetConfiguration.Builder builder, InputFacts facts) {
    return builder
        .list()
        .layer(new DenseLayer.Builder().nOut(512).activation(Activation.RELU).build())
        .layer(output(facts))
        .setInputType(InputType.feedForward(facts.featureLength()))
        .build();
  }

  /** LeCun et al., 1998, with 20 and 50 maps, max pooling and rectified units. */
  private static MultiLayerConfiguration lenet(
      NeuralNetConfiguration.Builder builder, InputFacts facts) {
    return builder
        .list()
        .layer(convolution(20))
        .layer(pooling())
        .layer(convolution(50))
        .layer(pooling())
        .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
        .layer(output(facts))
        .setInputType(InputType.convolutionalFlat(facts.height(), facts.width(), facts.channels()))
        .build();
  }

  private static ConvolutionLayer convolution(int maps) {
    return new ConvolutionLayer.Builder(5, 5)
        .stride(1, 1)
        .nOut(maps)
        .activation(Activation.RELU)
        .build();
  }

  private static SubsamplingLayer pooling() {
    return new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build();
  }

  private static OutputLayer output(InputFacts facts) {
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .nOut(facts.classes())
        .activation(Activation.SOFTMAX)
        .build();
  }
}
