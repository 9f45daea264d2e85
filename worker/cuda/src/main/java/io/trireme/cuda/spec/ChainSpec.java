package io.trireme.cuda.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network: layers in an order in which each reads only earlier ones, the last a loss.
 *
 * @param name the model's name, for messages
 * @param input shape of an example's features
 * @param nodes the layers
 * @param parameters length of the flat vector
 */
public record ChainSpec(String name, Shape input, List<Node> nodes, long parameters) {
  /** Copies the list. */
  public ChainSpec {
    nodes = List.copyOf(nodes);
  }

  /** Starts a description. */
  public static Builder builder(String name, Shape input) {
    return new Builder(name, input);
  }

  /** Shape of what a node reads first. */
  public Shape inputOf(Node node) {
    return shapeOf(node.inputs().get(0));
  }

  /** Shape of a node's result, or of the features. */
  public Shape shapeOf(int number) {
    return number == Node.FEATURES ? input : nodes.get(number).shape();
  }

  /** Values of an example's labels. */
  public int labels() {
    return loss().kind() == Layer.LossKind.CLASS_CROSS_ENTROPY ? losses() : outputs();
  }

  /** Losses of an example: one, or one a position. */
  public int losses() {
    Shape output = nodes.get(nodes.size() - 1).shape();
    return loss().kind() == Layer.LossKind.CLASS_CROSS_ENTROPY ? output.channels() : 1;
  }

  /** Values of an example's output. */
  public int outputs() {
    return nodes.get(nodes.size() - 1).shape().length();
  }

  /** The loss. */
  public Layer.Loss loss() {
    return (Layer.Loss) nodes.get(nodes.size() - 1).layer();
  }

  /** Collects layers; every mistake names its layer. */
  public static final class Builder {
    /** The name that stands for the minibatch's features where layers are read by name. */
    public static final String INPUT = "<input>";

    private final String name;
    private final Shape input;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    private Builder(String name, Shape input) {
      this.name = name;
      this.input = input;
      numbers.put(INPUT, Node.FEATURES);
    }

    /** Shape of an example's result of a layer that was added, or of {@link #INPUT}. */
    public Shape shapeOf(String layerName) {
      return shape(Objects.requireNonNull(numbers.get(layerName), layerName));
    }

    /**
     * Adds a layer that reads the one before it.
     *
     * @throws IllegalArgumentException if it does not fit, with the layer's name
     */
    public Builder add(String layerName, Layer layer) {
      return add(layerName, layer, List.of(nodes.size() - 1));
    }

    /**
     * Adds a layer that reads earlier ones, by their names.
     *
     * @throws IllegalArgumentException if it does not fit, with the layer's name
     */
    public Builder addReading(String layerName, Layer layer, String... from) {
      List<Integer> inputs = new ArrayList<>();
      for (String each : from) {
        Integer number = numbers.get(each);
        if (number == null) {
          throw wrong(layerName, "reads " + each + ", which is no earlier layer");
        }
        inputs.add(number);
      }
      return add(layerName, layer, inputs);
    }

    private Builder add(String layerName, Layer layer, List<Integer> inputs) {
      if (inputs.size() != layer.arity()) {
        throw wrong(layerName, "reads " + inputs.size() + " layers, not " + layer.arity());
      }
      if (!nodes.isEmpty() && nodes.get(nodes.size() - 1).layer() instanceof Layer.Loss) {
        throw wrong(layerName, "comes after the loss");
      }
      List<Shape> shapes = inputs.stream().map(this::shape).toList();
      Shape shape;
      try {
        shape = Shapes.of(layer, shapes);
      } catch (IllegalArgumentException e) {
        throw wrong(layerName, String.valueOf(e.getMessage()));
      }
      if (numbers.put(layerName, nodes.size()) != null) {
        throw wrong(layerName, "has the name of an earlier layer");
      }
      nodes.add(new Node(layerName, layer, inputs, shape));
      return this;
    }

    private Shape shape(int number) {
      return number == Node.FEATURES ? input : nodes.get(number).shape();
    }

    private IllegalArgumentException wrong(String layerName, String what) {
      return new IllegalArgumentException("model " + name + ", layer " + layerName + ": " + what);
    }

    /**
     * The description.
     *
     * @param parameters length of the flat vector
     * @throws IllegalArgumentException if there is no loss, or a parameter lies outside
     */
    public ChainSpec build(long parameters) {
      if (nodes.isEmpty() || !(nodes.get(nodes.size() - 1).layer() instanceof Layer.Loss)) {
        throw new IllegalArgumentException("model " + name + ": the last layer is no loss");
      }
      if (parameters < 1 || parameters > 1 << 29) {
        throw new IllegalArgumentException(
            "model " + name + ": " + parameters + " parameters, expected 1 to " + (1 << 29));
      }
      for (Node node : nodes) {
        for (Slice slice : Slice.of(node.layer(), shape(node.inputs().get(0)))) {
          if (slice.offset() < 0 || slice.offset() + slice.length() > parameters) {
            throw wrong(node.name(), slice + " lies outside of the " + parameters + " parameters");
          }
        }
      }
      return new ChainSpec(name, input, nodes, parameters);
    }
  }
}
