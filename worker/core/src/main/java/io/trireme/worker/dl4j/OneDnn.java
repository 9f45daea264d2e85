package io.trireme.worker.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.layers.LayerHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether DL4J's convolutions really go through oneDNN. It is off without a word in DL4J 1.0.0-M2.1
 * unless several things come together, and then a convolution takes four times as long and gives
 * other bits, so that a job must know.
 */
public final class OneDnn {
  /** The system property that must be {@code false} for DL4J to use any helper library. */
  public static final String DISABLE_PROPERTY = "org.eclipse.deeplearning4j.helpers.disable";

  private OneDnn() {}

  /**
   * What was found.
   *
   * @param inUse whether a convolution layer of this process uses oneDNN
   * @param detail how it was found, or why it is not in use and what to do
   */
  public record Status(boolean inUse, String detail) {}

  /** Builds a small convolution layer, runs it, and asks it for its helper. */
  public static Status check() {
    String disabled = System.getProperty(DISABLE_PROPERTY, "true");
    if (Boolean.parseBoolean(disabled)) {
      return new Status(
          false,
          "DL4J's helpers are disabled in this JVM; start it with -D"
              + DISABLE_PROPERTY
              + "=false (on Spark: spark.driver.extraJavaOptions and"
              + " spark.executor.extraJavaOptions)");
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).cudnnAllowFallback(false).build())
                .layer(new OutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutional(5, 5, 1))
                .build());
    network.init();
    LayerHelper helper = network.getLayer(0).getHelper();
    if (helper == null) {
      return new Status(
          false,
          "DL4J found no oneDNN on backend "
              + Nd4j.getBackend().getClass().getSimpleName()
              + "; put ND4J's native library with oneDNN on the class path (Maven classifier"
              + " PLATFORM-onednn)");
    }
    try {
      // Without fallback, a helper that fails throws instead of stepping aside in silence.
      network.output(Nd4j.zeros(DataType.FLOAT, 1, 1, 5, 5));
    } catch (RuntimeException e) {
      return new Status(
          false, helper.getClass().getSimpleName() + " is there but fails: " + e.getMessage());
    }
    return new Status(true, "convolutions use " + helper.getClass().getSimpleName());
  }
}
