package io.trireme.worker.dl4j.chain;

import io.trireme.worker.dl4j.chain.ChainShape.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes the gradient of a {@link MultiLayerNetwork} into its own flat vector with the native
 * operations that DL4J would run, less those whose result is not needed: DL4J computes each layer's
 * forward pass twice, the output layer's four times, and the error of the network's input. The
 * gradient has the bits that DL4J's has, wherever {@link CheckedChain} finds it so.
 *
 * <p>Bound to one array of features and one of labels, whose contents may change; not thread-safe.
 */
final class LayerChain implements AutoCloseable {
  private final MultiLayerNetwork network;
  private final int examples;
  private final List<ChainStage> stages = new ArrayList<>();
  private final LossStage loss;

  /**
   * What one stage hands to the next.
   *
   * @param value its output
   * @param error where the next stage writes that output's error; null if it is not asked for
   */
  private record Flow(INDArray value, @Nullable INDArray error) {}

  /** The chain of a network for these arrays, or empty if it has parts that a chain cannot do. */
  static Optional<LayerChain> of(MultiLayerNetwork network, INDArray features, INDArray labels) {
    Optional<ChainShape> shape = ChainShape.of(network);
    if (shape.isEmpty() || labels.rank() != 2 || features.ordering() != 'c') {
      return Optional.empty();
    }
    if (shape.get().convolutions().isEmpty() && features.rank() != 2) {
      return Optional.empty();
    }
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Optional.of(new LayerChain(network, shape.get(), features, labels));
    }
  }

  private LayerChain(
      MultiLayerNetwork network, ChainShape shape, INDArray features, INDArray labels) {
    this.network = network;
    this.examples = Math.toIntExact(features.size(0));
    Flow flow = shape.convolutions().isEmpty() ? new Flow(features, null) : pixels(shape, features);
    for (int i = 0; i < shape.convolutions().size(); i++) {
      boolean planar = i == shape.convolutions().size() - 1;
      flow = convolution(shape.convolutions().get(i), planar, flow);
    }
    for (int index : shape.denses()) {
      Layer layer = network.getLayer(index);
      boolean relu = ChainShape.relu((BaseLayer) layer.conf().getLayer());
      DenseStage dense = add(new DenseStage(layer, flow.value(), flow.error(), relu));
      flow = new Flow(dense.output(), dense.outputError());
    }
    Layer last = network.getLayer(network.getnLayers() - 1);
    DenseStage output = add(new DenseStage(last, flow.value(), flow.error(), false));
    this.loss =
        add(
            LossStage.of(
                (OutputLayer) last.conf().getLayer(),
                output.output(),
                output.outputError(),
                labels));
  }

  private Flow pixels(ChainShape shape, INDArray features) {
    INDArray planes = planes(network, shape, features);
    return planes.size(1) == 1
        ? new Flow(features.reshape('c', examples, planes.size(2), planes.size(3), 1), null)
        : new Flow(add(new PixelStage(planes)).output(), null);
  }

  private Flow convolution(Block block, boolean planar, Flow before) {
    Layer layer = network.getLayer(block.layer());
    ConvolutionStage convolution =
        add(
            new ConvolutionStage(
                layer, (ConvolutionLayer) layer.conf().getLayer(), before.value(), before.error()));
    INDArray out = convolution.output();
    PoolKernel kernel =
        new PoolKernel(
            Math.toIntExact(out.size(1)),
            Math.toIntExact(out.size(2)),
            Math.toIntExact(out.size(3)),
            block.windowRows(),
            block.windowColumns(),
            planar);
    PoolStage pool = add(new PoolStage(kernel, out, convolution.outputError()));
    return new Flow(pool.output(), pool.outputError());
  }

  private static INDArray planes(MultiLayerNetwork network, ChainShape shape, INDArray features) {
    if (features.rank() == 4) {
      return features;
    }
    FeedForwardToCnnPreProcessor images =
        (FeedForwardToCnnPreProcessor)
            network
                .getLayerWiseConfigurations()
                .getInputPreProcess(shape.convolutions().get(0).layer());
    return features.reshape(
        'c',
        features.size(0),
        images.getNumChannels(),
        images.getInputHeight(),
        images.getInputWidth());
  }

  private <S extends ChainStage> S add(S stage) {
    stages.add(stage);
    return stage;
  }

  /**
   * Computes gradient and score of what features and labels now hold; both are then the network's.
   */
  void compute() {
    for (ChainStage stage : stages) {
      stage.forward();
    }
    for (int i = stages.size() - 1; i >= 0; i--) {
      stages.get(i).backward();
    }
    boolean mean = network.conf().isMiniBatch();
    double score = mean ? loss.sum() / examples : loss.sum();
    network.setScore(score + network.calcRegularizationScore(true));
  }

  @Override
  public void close() {
    for (int i = stages.size() - 1; i >= 0; i--) {
      stages.get(i).close();
    }
  }
}
