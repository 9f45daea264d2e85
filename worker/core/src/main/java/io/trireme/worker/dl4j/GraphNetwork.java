package io.trireme.worker.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A graph of vertices, with any number of named inputs and outputs. */
record GraphNetwork(ComputationGraph model) implements Dl4jNetwork {

  @Override
  public String json() {
    return model.getConfiguration().toJson();
  }

  @Override
  public List<String> inputs() {
    return model.getConfiguration().getNetworkInputs();
  }

  @Override
  public List<String> outputs() {
    return model.getConfiguration().getNetworkOutputs();
  }

  @Override
  public INDArray gradient() {
    if (model.getFlattenedGradients() == null) {
      model.initGradientsView();
    }
    return model.getFlattenedGradients();
  }

  @Override
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (int index : model.topologicalSortOrder()) {
      GraphVertex vertex = model.getVertices()[index];
      if (vertex.numParams() > 0) {
        parts.add(new Part(vertex.getVertexName(), vertex));
      }
    }
    return parts;
  }

  @Override
  public NeuralNetConfiguration configuration() {
    return model.conf();
  }

  @Override
  public BackpropType backpropType() {
    return model.getConfiguration().getBackpropType();
  }

  @Override
  public void position(int iteration, int epoch) {
    model.getConfiguration().setIterationCount(iteration);
    model.getConfiguration().setEpochCount(epoch);
  }

  @Override
  public double regularization() {
    return model.calcRegularizationScore(true);
  }

  @Override
  public void compute(NetworkArrays arrays) {
    model.setInputs(arrays.features());
    model.setLabels(arrays.labels());
    if (arrays.isMasked()) {
      model.setLayerMaskArrays(arrays.featureMasks(), arrays.labelMasks());
    }
    model.computeGradientAndScore();
    if (arrays.isMasked()) {
      model.clearLayerMaskArrays();
    }
  }

  @Override
  public INDArray[] predict(NetworkArrays arrays) {
    return arrays.isMasked()
        ? model.output(false, arrays.features(), arrays.featureMasks(), arrays.labelMasks())
        : model.output(false, arrays.features());
  }

  @Override
  public void close() {
    // A graph computes without memory of its own.
  }
}
