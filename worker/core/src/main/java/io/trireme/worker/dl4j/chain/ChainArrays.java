package io.trireme.worker.dl4j.chain;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the stages of a chain ask of arrays and layers. */
final class ChainArrays {
  private ChainArrays() {}

  /** Address of the first float of an array, view or not. */
  static long address(INDArray array) {
    return array.data().addressPointer().address();
  }

  /** A layer's part of the network's flat gradient, shaped as the parameter is. */
  static INDArray gradient(Layer layer, String parameter) {
    NeuralNetConfiguration conf = layer.conf();
    INDArray view =
        conf.getLayer()
            .initializer()
            .getGradientsFromFlattened(conf, layer.getGradientsViewArray())
            .get(parameter);
    if (view == null) {
      throw new IllegalStateException(
          "layer " + layer.getIndex() + " has no gradient view of " + parameter);
    }
    return view;
  }
}
