package io.trireme.worker.dl4j;

import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.InputFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** Makes the model that a job file describes; the same job gives the same parameters everywhere. */
public final class ModelFactory {
  private ModelFactory() {}

  /**
   * The job's model, initialised from the job's seed and checked against the data.
   *
   * @param facts what the data says of its examples
   * @throws BadModelException with every problem that was found: of the optimizer, of a
   *     configuration that cannot be read, of a model that does not fit the data or that servers
   *     cannot train
   */
  public static Model create(JobConfig job, InputFacts facts) {
    ModelConfig model = job.model();
    if (model.dl4j() != null) {
      if (job.optimizer() != null) {
        throw new BadModelException(
            List.of(
                "optimizer: "
                    + model.dl4j()
                    + " holds its own; remove the optimizer from the job file"));
      }
      return ofJson(readText(model.dl4j()), model.dl4j(), job.seed(), facts);
    }
    OptimizerConfig optimizer = job.optimizer();
    String zoo = model.zoo();
    if (zoo == null || optimizer == null) {
      throw new BadModelException(
          List.of(
              "model " + model + ", optimizer " + optimizer + ": a zoo model needs an optimizer"));
    }
    return checked(
        "zoo model " + zoo,
        facts,
        () -> {
          MultiLayerNetwork network =
              new MultiLayerNetwork(Zoo.configuration(zoo, optimizer, job.seed(), facts));
          network.init();
          return network;
        });
  }

  /**
   * The model of a DL4J configuration, initialised from a seed and checked against the data.
   *
   * @param json the configuration of a MultiLayerNetwork or of a ComputationGraph
   * @param origin where it comes from, for messages
   * @param seed replaces the configuration's own seed
   * @throws BadModelException as {@link #create} does
   */
  public static Model ofJson(String json, String origin, long seed, InputFacts facts) {
    return checked("model " + origin, facts, () -> initialised(json, seed));
  }

  /** The initialised model of a DL4J configuration; a seed replaces the configuration's own. */
  static Model initialised(String json, @Nullable Long seed) {
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

  private interface Maker {
    Model make();
  }

  /** Makes a model and checks it, so that all messages name it. */
  private static Model checked(String what, InputFacts facts, Maker maker) {
    try {
      Model model = maker.make();
      Layouts.of(model);
      InputShapes.of(Dl4jNetwork.of(model), facts);
      return model;
    } catch (BadModelException e) {
      throw new BadModelException(what, e);
    } catch (RuntimeException e) {
      throw new BadModelException(
          what + " cannot be built for data of " + facts + ": " + e.getMessage(), e);
    }
  }

  private static String readText(String location) {
    Path path = new Path(location);
    try (InputStream in = path.getFileSystem(new Configuration()).open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadModelException(
          "model: cannot read DL4J configuration " + location + ": " + e.getMessage(), e);
    }
  }
}
