package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** Models of DL4J's configurations in JSON. */
final class ModelJson {
  private ModelJson() {}

  /**
   * The initialised model of a configuration of either kind.
   *
   * @param seed replaces the configuration's own; null to leave it
   * @throws BadModelException if it is neither
   */
  static Model read(String json, @Nullable Long seed) {
    RuntimeException notLayers;
    try {
      MultiLayerConfiguration layers = MultiLayerConfiguration.fromJson(json);
      if (seed != null) {
        layers.getConfs().forEach(layer -> layer.setSeed(seed));
      }
      MultiLayerNetwork network = new MultiLayerNetwork(layers);
      network.init();
      return network;
    } catch (RuntimeException e) {
      notLayers = e;
    }
    try {
      ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json);
      if (seed != null) {
        graph.getDefaultConfiguration().setSeed(seed);
        graph.getVertices().values().stream()
            .filter(LayerVertex.class::isInstance)
            .forEach(vertex -> ((LayerVertex) vertex).getLayerConf().setSeed(seed));
      }
      ComputationGraph network = new ComputationGraph(graph);
      network.init();
      return network;
    } catch (RuntimeException notGraph) {
      notGraph.addSuppressed(notLayers);
      throw new BadModelException(
          "is no configuration of a network that DL4J can build; as MultiLayerNetwork: "
              + notLayers.getMessage()
              + "; as ComputationGraph: "
              + notGraph.getMessage(),
          notGraph);
    }
  }
}
