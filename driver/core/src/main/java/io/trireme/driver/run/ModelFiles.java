package io.trireme.driver.run;

import io.trireme.kernels.memory.FloatVector;
import java.io.IOException;
import java.io.OutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/** A model's configuration and parameters as DL4J writes them. */
final class ModelFiles {
  private ModelFiles() {}

  /** The model's configuration as JSON. */
  static String configuration(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return network.getLayerWiseConfigurations().toJson();
    }
    if (model instanceof ComputationGraph graph) {
      return graph.getConfiguration().toJson();
    }
    throw new IllegalArgumentException("no model of DL4J's own: " + model.getClass().getName());
  }

  /** Writes little-endian floats into the model's parameters. */
  static void setParameters(Model model, byte[] floats) {
    FloatVector.bufferOf(model.params()).putBytes(0, floats);
  }

  /** Writes the model in DL4J's own ZIP format, without updater state; leaves the stream open. */
  static void writeZip(Model model, OutputStream out) throws IOException {
    ModelSerializer.writeModel(model, out, false);
  }
}
