package io.trireme.worker.dl4j;

import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import java.util.List;
import java.util.Locale;
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
      String name, OptimizerConfig optimizer, long seed, ExampleSchema schema) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(seed).weightInit(WeightInit.XAVIER);
    NetworkOptimizer.configure(optimizer, builder);
    return switch (name) {
      case "mlp" -> mlp(builder, schema);
      case "lenet" -> lenet(builder, schema);
      default ->
          throw new BadModelException(
              List.of(
                  "model: unknown zoo model "
                      + name
                      + ", expected "
                      + String.join(" or ", ModelConfig.ZOO)));
    };
  }

  /** One hidden layer of 512 rectified units. */
  private static MultiLayerConfiguration mlp(
      NeuralNetConfiguration.Builder builder, ExampleSchema schema) {
    return builder
        .list()
        .layer(new DenseLayer.Builder().nOut(512).activation(Activation.RELU).build())
        .layer(output(schema))
        .setInputType(InputType.feedForward(only(schema, Role.FEATURE).denseLength()))
        .build();
  }

  /** LeCun et al., 1998, with 20 and 50 maps, max pooling and rectified units. */
  private static MultiLayerConfiguration lenet(
      NeuralNetConfiguration.Builder builder, ExampleSchema schema) {
    List<Integer> image = only(schema, Role.FEATURE).shape();
    if (image.size() != 3) {
      throw new BadModelException(
          List.of("takes images of channels, height and width, the data has shape " + image));
    }
    return builder
        .list()
        .layer(convolution(20))
        .layer(pooling())
        .layer(convolution(50))
        .layer(pooling())
        .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
        .layer(output(schema))
        .setInputType(InputType.convolutionalFlat(image.get(1), image.get(2), image.get(0)))
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

  private static TensorSpec only(ExampleSchema schema, Role role) {
    List<TensorSpec> tensors = schema.of(role);
    if (tensors.size() != 1) {
      throw new BadModelException(
          List.of(
              "takes one "
                  + role.name().toLowerCase(Locale.ROOT)
                  + ", the data has "
                  + tensors.stream().map(TensorSpec::name).toList()));
    }
    return tensors.get(0);
  }

  private static OutputLayer output(ExampleSchema schema) {
    TensorSpec label = only(schema, Role.LABEL);
    if (!label.isOneHot() || !label.shape().isEmpty()) {
      throw new BadModelException(
          List.of("tells classes, the data's label is " + TensorBinding.words(label)));
    }
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .nOut(label.categories())
        .activation(Activation.SOFTMAX)
        .build();
  }
}
