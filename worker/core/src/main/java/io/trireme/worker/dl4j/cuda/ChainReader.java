package io.trireme.worker.dl4j.cuda;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.dl4j.Dl4jModel;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** Reads from a DL4J model what the kernels are to compute, in the order of its flat vector. */
final class ChainReader {
  private final Model network;
  private final ChainSpec.Builder chain;
  private final LayerReader layers;
  private final Map<String, String> nodes = new HashMap<>();

  private ChainReader(Dl4jModel model, Shape input) {
    this.network = model.model();
    this.chain = ChainSpec.builder(network.getClass().getSimpleName(), input);
    this.layers = new LayerReader(chain, model.layout());
  }

  /**
   * The model as a chain.
   *
   * @throws BadModelException if the kernels do not know a part; the message names it and what they
   *     know
   */
  static ChainSpec read(Dl4jModel model) {
    try {
      refuseOtherData(model.schema());
      ChainReader reader = new ChainReader(model, input(model));
      if (model.model() instanceof ComputationGraph graph) {
        reader.graph(graph);
      } else {
        reader.layers((MultiLayerNetwork) model.model());
      }
      ChainSpec spec = reader.chain.build(model.layout().length());
      refuseOtherLabel(spec, model.schema());
      return spec;
    } catch (IllegalArgumentException e) {
      throw new BadModelException("engine cuda: " + e.getMessage(), e);
    }
  }

  private static void refuseOtherData(ExampleSchema schema) {
    for (TensorSpec tensor : schema.tensors()) {
      if (tensor.role() == Role.MASK || tensor.role() == Role.WEIGHT) {
        throw LayerReader.unknown(
            "tensor " + tensor.name(),
            "a " + tensor.role().name().toLowerCase(Locale.ROOT),
            "a feature and a label");
      }
    }
    if (schema.of(Role.FEATURE).size() != 1 || schema.of(Role.LABEL).size() != 1) {
      throw LayerReader.unknown(
          "the data's tensors",
          schema.tensors().stream().map(TensorSpec::name).toList().toString(),
          "one feature and one label");
    }
  }

  private static void refuseOtherLabel(ChainSpec spec, ExampleSchema schema) {
    TensorSpec label = schema.of(Role.LABEL).get(0);
    if (label.denseLength() != spec.outputs()) {
      throw new IllegalArgumentException(
          "label "
              + label.name()
              + " has "
              + label.denseLength()
              + " values, the model gives "
              + spec.outputs());
    }
  }

  /** Flat rows that the model's first layer reads as images are images. */
  private static Shape input(Dl4jModel model) {
    List<Integer> seen = model.inputShapes().get(0);
    if (seen.size() == 3) {
      return Shape.image(seen.get(0), seen.get(1), seen.get(2));
    }
    if (seen.size() != 1) {
      throw LayerReader.unknown("the input", "arrays " + seen, "vectors and images");
    }
    for (InputPreProcessor each : ofInput(model.model())) {
      if (each instanceof FeedForwardToCnnPreProcessor images) {
        return Shape.image(
            Math.toIntExact(images.getNumChannels()),
            Math.toIntExact(images.getInputHeight()),
            Math.toIntExact(images.getInputWidth()));
      }
    }
    return Shape.vector(seen.get(0));
  }

  /** The preprocessors of what reads the input. */
  private static List<InputPreProcessor> ofInput(Model model) {
    List<@Nullable InputPreProcessor> all = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      all.add(network.getLayerWiseConfigurations().getInputPreProcess(0));
    } else {
      ComputationGraphConfiguration graph = ((ComputationGraph) model).getConfiguration();
      String input = graph.getNetworkInputs().get(0);
      graph
          .getVertices()
          .forEach(
              (name, vertex) -> {
                if (readBy(graph, name).contains(input)) {
                  all.add(preProcessor(vertex));
                }
              });
    }
    return all.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  private static List<String> readBy(ComputationGraphConfiguration graph, String vertex) {
    return Objects.requireNonNull(graph.getVertexInputs().get(vertex), vertex);
  }

  private static @Nullable InputPreProcessor preProcessor(GraphVertex vertex) {
    if (vertex instanceof LayerVertex layer) {
      return layer.getPreProcessor();
    }
    return vertex instanceof PreprocessorVertex pre ? pre.getPreProcessor() : null;
  }

  private void layers(MultiLayerNetwork net) {
    String from = ChainSpec.Builder.INPUT;
    for (int i = 0; i < net.getnLayers(); i++) {
      from =
          layers.add(
              Integer.toString(i),
              net.getLayer(i).conf().getLayer(),
              net.getLayerWiseConfigurations().getInputPreProcess(i),
              from);
    }
  }

  private void graph(ComputationGraph graph) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    nodes.put(conf.getNetworkInputs().get(0), ChainSpec.Builder.INPUT);
    String output = conf.getNetworkOutputs().get(0);
    List<String> order = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (conf.getVertices().containsKey(name) && !name.equals(output)) {
        order.add(name);
      }
    }
    order.add(output);
    for (String name : order) {
      List<String> from =
          readBy(conf, name).stream()
              .map(each -> Objects.requireNonNull(nodes.get(each), each))
              .toList();
      nodes.put(name, vertex(name, conf.getVertices().get(name), from));
    }
  }

  private String vertex(String name, @Nullable GraphVertex vertex, List<String> from) {
    if (vertex instanceof LayerVertex layer && from.size() == 1) {
      return layers.add(
          name, layer.getLayerConf().getLayer(), layer.getPreProcessor(), from.get(0));
    }
    if (vertex instanceof PreprocessorVertex pre) {
      layers.refuseBefore(name, pre.getPreProcessor(), from.get(0));
      return from.get(0);
    }
    if (vertex instanceof ElementWiseVertex element
        && element.getOp() == ElementWiseVertex.Op.Add
        && from.size() > 1) {
      return sum(name, from);
    }
    throw LayerReader.unknown(
        "vertex " + name,
        vertex instanceof ElementWiseVertex element
            ? "ElementWiseVertex of " + element.getOp()
            : Objects.requireNonNull(vertex).getClass().getSimpleName(),
        "layers, preprocessors and ElementWiseVertex of Add");
  }

  private String sum(String name, List<String> from) {
    String at = from.get(0);
    for (int i = 1; i < from.size(); i++) {
      String next = i == from.size() - 1 ? name : name + "/" + i;
      chain.addReading(next, new Layer.Add(Activation.IDENTITY), at, from.get(i));
      at = next;
    }
    return at;
  }
}
