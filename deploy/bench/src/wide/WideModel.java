import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Prints the JSON of a network 784-N-N-10 with Adam, for runs with many parameters. */
final class WideModel {
  private WideModel() {}

  public static void main(String[] arguments) {
    int width = Integer.parseInt(arguments[0]);
    System.out.println(
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(1e-4))
            .activation(Activation.RELU)
            .list()
            .layer(new DenseLayer.Builder().nOut(width).build())
            .layer(new DenseLayer.Builder().nOut(width).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.NEGATIVELOGLIKELIHOOD)
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build()
            .toJson());
  }
}
