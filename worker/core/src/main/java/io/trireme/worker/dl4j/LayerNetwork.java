package io.trireme.worker.dl4j;

import io.trireme.worker.dl4j.chain.CheckedChain;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network of layers in a row: one input, one output. */
final class LayerNetwork implements Dl4jNetwork {
  private final MultiLayerNetwork network;
  private final CheckedChain chain;

  LayerNetwork(MultiLayerNetwork network) {
    this.network = network;
    this.chain = new CheckedChain(network);
  }

  @Override
  public MultiLayerNetwork model() {
    return network;
  }

  @Override
  public String json() {
    return network.getLayerWiseConfigurations().toJson();
  }

  @Override
  public List<String> inputs() {
    return List.of("input");
  }

  @Override
  public List<String> outputs() {
    return List.of("output");
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
  public double regularization() {
    return network.calcRegularizationScore(true);
  }

  @Override
  public void compute(NetworkArrays arrays) {
    if (!arrays.isMasked()) {
      chain.compute(arrays.features()[0], arrays.labels()[0]);
      return;
    }
    network.setInput(arrays.features()[0]);
    network.setLabels(arrays.labels()[0]);
    network.setLayerMaskArrays(arrays.featureMasks()[0], arrays.labelMasks()[0]);
    network.computeGradientAndScore();
    network.clearLayerMaskArrays();
  }

  @Override
  public INDArray[] predict(NetworkArrays arrays) {
    return new INDArray[] {
      network.output(arrays.features()[0], false, arrays.featureMasks()[0], arrays.labelMasks()[0])
    };
  }

  @Override
  public void close() {
    chain.close();
  }
}
