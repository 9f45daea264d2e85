package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What Trireme needs of a DL4J model of any kind. Not thread-safe. */
interface Dl4jNetwork extends AutoCloseable {

  /** A part of the flat vector: a layer or a graph vertex, with its name in parameter names. */
  record Part(String name, Trainable trainable) {}

  /**
   * Wraps a model.
   *
   * @throws BadModelException if it is of another kind
   */
  static Dl4jNetwork of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new LayerNetwork(network);
    }
    if (model instanceof ComputationGraph graph) {
      return new GraphNetwork(graph);
    }
    throw new BadModelException(
        List.of(
            "model of "
                + model.getClass().getName()
                + ", expected a MultiLayerNetwork or a ComputationGraph"));
  }

  /** The model itself. */
  Model model();

  /** Its configuration as DL4J's JSON. */
  String json();

  /** The names of its inputs, in its order. */
  List<String> inputs();

  /** The names of its outputs, in its order. */
  List<String> outputs();

  /** The flat gradient, made if it is not there yet. */
  INDArray gradient();

  /** The parts of the flat vector, in its order. */
  List<Part> parts();

  /** The global configuration. */
  NeuralNetConfiguration configuration();

  /** How errors travel back through time. */
  BackpropType backpropType();

  /** Sets where training is, for schedules inside the model. */
  void position(int iteration, int epoch);

  /** The terms of the score that parameters alone make: L1, L2 and decay of weights. */
  double regularization();

  /**
   * Computes gradient and score.
   *
   * @param arrays whose contents may change from call to call; fast where they are the same objects
   */
  void compute(NetworkArrays arrays);

  /** The outputs, in the network's order, as in inference; labels are not read. */
  INDArray[] predict(NetworkArrays arrays);

  /** Frees what computations made; the model stays. */
  @Override
  void close();

  /** Whether its sequences are time by features, rather than DL4J's default, features by time. */
  default boolean isTimeFirst() {
    return parts().stream()
        .map(part -> part.trainable().getConfig())
        .anyMatch(
            config ->
                config instanceof Layer layer
                    && (layer instanceof BaseRecurrentLayer recurrent
                        ? recurrent.getRnnDataFormat() == RNNFormat.NWC
                        : layer instanceof RnnOutputLayer output
                            && output.getRnnDataFormat() == RNNFormat.NWC));
  }
}
