package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
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
      throw neither(notLayers, notGraph);
    }
  }

  /**
   * How many classes the one output of a configuration tells apart; 0 if it has several outputs, or
   * one that takes its size from what is before it.
   *
   * @param what what to name in messages
   * @throws BadModelException if it is no configuration, or has keys that DL4J does not know, which
   *     DL4J itself passes over without a word
   */
  static int classes(String json, String what) {
    RuntimeException notLayers;
    try {
      MultiLayerConfiguration layers = MultiLayerConfiguration.fromJson(json);
      int last = layers.getConfs().size() - 1;
      if (last >= 0) {
        UnknownKeys.refuse(json, layers.toJson(), what);
        return outputs(layers.getConf(last).getLayer());
      }
      notLayers = new IllegalArgumentException("has no layers (confs)");
    } catch (BadModelException e) {
      throw e;
    } catch (RuntimeException e) {
      notLayers = e;
    }
    try {
      ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json);
      UnknownKeys.refuse(json, graph.toJson(), what);
      List<String> names = graph.getNetworkOutputs();
      GraphVertex only = names.size() == 1 ? graph.getVertices().get(names.get(0)) : null;
      return only instanceof LayerVertex vertex ? outputs(vertex.getLayerConf().getLayer()) : 0;
    } catch (BadModelException e) {
      throw e;
    } catch (RuntimeException notGraph) {
      throw neither(notLayers, notGraph).of(what);
    }
  }

  private static int outputs(Layer layer) {
    return layer instanceof FeedForwardLayer sized ? Math.toIntExact(sized.getNOut()) : 0;
  }

  private static BadModelException neither(RuntimeException notLayers, RuntimeException notGraph) {
    notGraph.addSuppressed(notLayers);
    return new BadModelException(
        "is no configuration of a network that DL4J can build; as MultiLayerNetwork: "
            + oneLine(notLayers)
            + "; as ComputationGraph: "
            + oneLine(notGraph),
        notGraph);
  }

  /** Jackson's messages are pages that end with the source. */
  private static String oneLine(RuntimeException e) {
    List<String> lines = new ArrayList<>(String.valueOf(e.getMessage()).lines().toList());
    lines.removeIf(line -> line.strip().startsWith("at [Source:"));
    return lines.isEmpty() ? e.toString() : lines.get(0).strip();
  }
}
