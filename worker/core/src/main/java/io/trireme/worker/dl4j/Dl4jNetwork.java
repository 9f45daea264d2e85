package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What Trireme needs of a DL4J model, for both of its kinds. */
sealed interface Dl4jNetwork extends AutoCloseable {

  /** A part of the flat vector: a layer or a graph vertex, with its name in parameter names. */
  record Part(String name, Trainable trainable) {}

  /**
   * Wraps a model.
   *
   * @throws BadModelException if it is of another kind or has several inputs or outputs
   */
  static Dl4jNetwork of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new Layers(network);
    }
    if (model instanceof ComputationGraph graph) {
      if (graph.getNumInputArrays() != 1 || graph.getNumOutputArrays() != 1) {
        throw new BadModelException(
            List.of(
                "the graph has "
                    + graph.getNumInputArrays()
                    + " inputs and "
                    + graph.getNumOutputArrays()
                    + " outputs, expected one of each"));
      }
      return new Graph(graph);
    }
    throw new BadModelException(
        List.of(
            "model of "
                + model.getClass().getName()
                + ", expected a MultiLayerNetwork or a ComputationGraph"));
  }

  /** The model itself. */
  Model model();

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

  /**
   * Computes gradient and score.
   *
   * @param features array whose contents may change from call to call; fast where it is the same
   *     object, always with the same labels array
   */
  void compute(INDArray features, INDArray labels);

  /** The output for these features, as in inference. */
  INDArray output(INDArray features);

  /** Frees what computations made; the model stays. */
  @Override
  default void close() {}

  /** A network of layers in a row. */
  final class Layers implements Dl4jNetwork {
    private final MultiLayerNetwork network;
    private @Nullable CheckedChain chain;

    Layers(MultiLayerNetwork network) {
      this.network = network;
    }

    @Override
    public Model model() {
      return network;
    }

    @Override
    public INDArray gradient() {
      if (network.getFlattenedGradients() == null) {
        network.initGradientsView();
      }
      return network.getFlattenedGradients();
    }

    @Override
    public List<Part> parts() {
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < network.getnLayers(); i++) {
        parts.add(new Part(Integer.toString(i), network.getLayer(i)));
      }
      return parts;
    }

    @Override
    public NeuralNetConfiguration configuration() {
      return network.conf();
    }

    @Override
    public BackpropType backpropType() {
      return network.getLayerWiseConfigurations().getBackpropType();
    }

    @Override
    public void position(int iteration, int epoch) {
      network.setIterationCount(iteration);
      network.setEpochCount(epoch);
    }

    @Override
    public void compute(INDArray features, INDArray labels) {
      CheckedChain known = chain;
      if (known == null) {
        known = new CheckedChain(network);
        chain = known;
      }
      known.compute(features, labels);
    }

    @Override
    public void close() {
      CheckedChain known = chain;
      chain = null;
      if (known != null) {
        known.close();
      }
    }

    @Override
    public INDArray output(INDArray features) {
      return network.output(features, false);
    }
  }

  /** A graph of vertices. */
  record Graph(ComputationGraph network) implements Dl4jNetwork {
    @Override
    public Model model() {
      return network;
    }

    @Override
    public INDArray gradient() {
      if (network.getFlattenedGradients() == null) {
        network.initGradientsView();
      }
      return network.getFlattenedGradients();
    }

    @Override
    public List<Part> parts() {
      List<Part> parts = new ArrayList<>();
      for (int index : network.topologicalSortOrder()) {
        GraphVertex vertex = network.getVertices()[index];
        if (vertex.numParams() > 0) {
          parts.add(new Part(vertex.getVertexName(), vertex));
        }
      }
      return parts;
    }

    @Override
    public NeuralNetConfiguration configuration() {
      return network.conf();
    }

    @Override
    public BackpropType backpropType() {
      return network.getConfiguration().getBackpropType();
    }

    @Override
    public void position(int iteration, int epoch) {
      network.getConfiguration().setIterationCount(iteration);
      network.getConfiguration().setEpochCount(epoch);
    }

    @Override
    public void compute(INDArray features, INDArray labels) {
      network.setInput(0, features);
      network.setLabel(0, labels);
      network.computeGradientAndScore();
    }

    @Override
    public INDArray output(INDArray features) {
      return network.outputSingle(false, features);
    }
  }
}
