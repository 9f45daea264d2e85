package io.trireme.worker.dl4j.chain;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes gradients by a {@link LayerChain} where its bits are those of DL4J on this machine, and
 * by DL4J elsewhere. The first computation on each array of features runs both and compares them,
 * so a processor or a math library on which they differ costs speed, never equality.
 *
 * <p>Not thread-safe.
 */
public final class CheckedChain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckedChain.class);

  private final MultiLayerNetwork network;
  private final Map<INDArray, Optional<LayerChain>> chains = new IdentityHashMap<>();

  /** A computation on a network whose gradient view exists. */
  public CheckedChain(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * Computes gradient and score into the network.
   *
   * @param features array whose contents may change from call to call, but which must be the same
   *     object, always with the same {@code labels} array, to be fast
   */
  public void compute(INDArray features, INDArray labels) {
    Optional<LayerChain> chain = chains.get(features);
    if (chain == null) {
      chains.put(features, checked(features, labels));
    } else if (chain.isPresent()) {
      chain.get().compute();
    } else {
      computeByDl4j(features, labels);
    }
  }

  /** Whether computations on these features, which were computed on before, run by the chain. */
  public boolean isFast(INDArray features) {
    return chains.getOrDefault(features, Optional.empty()).isPresent();
  }

  private Optional<LayerChain> checked(INDArray features, INDArray labels) {
    computeByDl4j(features, labels);
    Optional<LayerChain> chain = LayerChain.of(network, features, labels);
    if (chain.isEmpty()) {
      return chain;
    }
    INDArray gradient = network.getFlattenedGradients();
    double score = network.score();
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        INDArray expected = gradient.dup()) {
      chain.get().compute();
      if (sameBits(expected, gradient)) {
        return chain;
      }
      gradient.assign(expected);
      network.setScore(score);
    }
    chain.get().close();
    LOG.info(
        "gradients of {} examples: the fast path's bits are not DL4J's on this machine; using DL4J",
        features.size(0));
    return Optional.empty();
  }

  private static boolean sameBits(INDArray expected, INDArray seen) {
    return RowKernels.sameBits(
        ChainArrays.address(expected), ChainArrays.address(seen), expected.length());
  }

  private void computeByDl4j(INDArray features, INDArray labels) {
    network.setInput(features);
    network.setLabels(labels);
    network.computeGradientAndScore();
  }

  /** Frees the chains; what comes next makes others. */
  @Override
  public void close() {
    chains.values().forEach(chain -> chain.ifPresent(LayerChain::close));
    chains.clear();
  }
}
