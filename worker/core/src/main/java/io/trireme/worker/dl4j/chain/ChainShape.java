package io.trireme.worker.dl4j.chain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/**
 * Which networks a {@link LayerChain} can compute: images or vectors through convolutions with ReLU
 * (each with max pooling after it, or without), then dense layers with ReLU or none, then an output
 * layer. Anything with a part that the chain does not know (dropout, batch normalisation, masks,
 * other activations, recurrence) is left to DL4J.
 *
 * @param convolutions the convolutional blocks, first to last
 * @param denses indices of the dense layers, first to last
 */
record ChainShape(List<Block> convolutions, List<Integer> denses) {

  /**
   * A convolution and what follows it.
   *
   * @param layer index of the convolution
   * @param windowRows rows of the pooling window, 1 without pooling
   * @param windowColumns columns of the pooling window, 1 without pooling
   */
  record Block(int layer, int windowRows, int windowColumns) {}

  ChainShape {
    convolutions = List.copyOf(convolutions);
    denses = List.copyOf(denses);
  }

  /** The shape of a network, or empty if a chain cannot compute it. */
  static Optional<ChainShape> of(MultiLayerNetwork network) {
    if (network.getLayerWiseConfigurations().getBackpropType() != BackpropType.Standard) {
      return Optional.empty();
    }
    int last = network.getnLayers() - 1;
    List<Block> convolutions = new ArrayList<>();
    int at = 0;
    while (at < last && plainConvolution(conf(network, at)) && expectsImages(network, at)) {
      if (at + 1 < last && plainPooling(conf(network, at + 1)) && unprocessed(network, at + 1)) {
        int[] window = ((SubsamplingLayer) conf(network, at + 1)).getKernelSize();
        convolutions.add(new Block(at, window[0], window[1]));
        at += 2;
      } else {
        convolutions.add(new Block(at, 1, 1));
        at += 1;
      }
    }
    List<Integer> denses = new ArrayList<>();
    while (at < last && plainDense(conf(network, at)) && expectsRows(network, at, convolutions)) {
      denses.add(at);
      at += 1;
    }
    boolean whole =
        at == last && plainOutput(conf(network, last)) && expectsRows(network, last, convolutions);
    return whole ? Optional.of(new ChainShape(convolutions, denses)) : Optional.empty();
  }

  /** Whether a dense layer applies ReLU. */
  static boolean relu(BaseLayer conf) {
    return conf.getActivationFn().equals(new ActivationReLU());
  }

  private static Layer conf(MultiLayerNetwork network, int layer) {
    return network.getLayer(layer).conf().getLayer();
  }

  private static boolean unprocessed(MultiLayerNetwork network, int layer) {
    return network.getLayerWiseConfigurations().getInputPreProcess(layer) == null;
  }

  private static boolean expectsImages(MultiLayerNetwork network, int layer) {
    InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(layer);
    return before == null || (layer == 0 && before instanceof FeedForwardToCnnPreProcessor);
  }

  private static boolean expectsRows(
      MultiLayerNetwork network, int layer, List<Block> convolutions) {
    InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(layer);
    Block last = convolutions.isEmpty() ? null : convolutions.get(convolutions.size() - 1);
    boolean afterImages = last != null && layer == last.layer() + (pooled(network, last) ? 2 : 1);
    return afterImages
        ? before instanceof CnnToFeedForwardPreProcessor rows
            && rows.getFormat() == CNN2DFormat.NCHW
        : before == null;
  }

  private static boolean pooled(MultiLayerNetwork network, Block block) {
    return conf(network, block.layer() + 1) instanceof SubsamplingLayer;
  }

  private static boolean plain(BaseLayer conf) {
    return conf.getIDropout() == null && conf.getWeightNoise() == null;
  }

  private static boolean plainConvolution(Layer layer) {
    return layer instanceof ConvolutionLayer conf
        && conf.getClass() == ConvolutionLayer.class
        && plain(conf)
        && conf.hasBias()
        && relu(conf)
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getConvolutionMode() != ConvolutionMode.Same
        && conf.getConvolutionMode() != ConvolutionMode.Causal
        && conf.getDilation()[0] == 1
        && conf.getDilation()[1] == 1;
  }

  private static boolean plainPooling(Layer layer) {
    return layer instanceof SubsamplingLayer conf
        && conf.getClass() == SubsamplingLayer.class
        && conf.getIDropout() == null
        && conf.getPoolingType() == PoolingType.MAX
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getConvolutionMode() != ConvolutionMode.Same
        && Arrays.equals(conf.getKernelSize(), conf.getStride())
        && Arrays.stream(conf.getPadding()).allMatch(padding -> padding == 0)
        && Arrays.stream(conf.getDilation()).allMatch(dilation -> dilation == 1)
        && conf.getKernelSize()[0] * conf.getKernelSize()[1] <= Byte.MAX_VALUE;
  }

  private static boolean plainDense(Layer layer) {
    return layer instanceof DenseLayer conf
        && conf.getClass() == DenseLayer.class
        && plain(conf)
        && conf.hasBias()
        && !conf.hasLayerNorm()
        && (relu(conf) || identity(conf.getActivationFn()));
  }

  private static boolean plainOutput(Layer layer) {
    return layer instanceof OutputLayer conf
        && conf.getClass() == OutputLayer.class
        && plain(conf)
        && conf.hasBias();
  }

  private static boolean identity(IActivation activation) {
    return activation.equals(new ActivationIdentity());
  }
}
