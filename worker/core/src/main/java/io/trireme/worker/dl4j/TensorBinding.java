package io.trireme.worker.dl4j;

import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which tensor of the data is which input, output and mask of a network, and in which shape.
 *
 * <p>Features are matched with inputs, and labels with outputs, by name, or by order where there is
 * one of each. A mask goes with the tensor that it masks. A weight of examples goes to DL4J as a
 * mask of the labels, by which it multiplies losses.
 */
final class TensorBinding {
  private static final int NONE = -1;

  private final ExampleSchema schema;
  private final List<Bound> inputs;
  private final List<Bound> outputs;

  /**
   * A tensor and its mask.
   *
   * @param tensor its index in the schema
   * @param form in which shape the network has it
   * @param mask index in the schema of its mask; negative if there is none
   */
  record Bound(int tensor, ArrayForm form, int mask) {}

  private TensorBinding(ExampleSchema schema, List<Bound> inputs, List<Bound> outputs) {
    this.schema = schema;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Binds a network to data; shapes are found by showing it one example of zeros.
   *
   * @throws BadModelException if names, numbers or shapes do not fit; the message says both sides
   */
  static TensorBinding of(Dl4jNetwork network, ExampleSchema schema) {
    List<TensorSpec> features =
        matched("inputs", network.inputs(), "features", schema, Role.FEATURE);
    List<TensorSpec> labels = matched("outputs", network.outputs(), "labels", schema, Role.LABEL);
    InputShapes.Found found = InputShapes.find(network, features);
    MaskBinding masks = new MaskBinding(schema);
    List<Bound> inputs = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      TensorSpec tensor = features.get(i);
      inputs.add(bound(schema, tensor, found.forms().get(i), masks.of(tensor)));
    }
    List<Bound> outputs = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      TensorSpec tensor = labels.get(i);
      ArrayForm form = OutputShapes.form(network, i, found.outputs()[i], tensor);
      outputs.add(bound(schema, tensor, form, masks.ofLabel(tensor)));
    }
    masks.refuseOthers();
    return new TensorBinding(schema, List.copyOf(inputs), List.copyOf(outputs));
  }

  private static Bound bound(ExampleSchema schema, TensorSpec tensor, ArrayForm form, int mask) {
    return new Bound(schema.indexOf(tensor.name()), form, mask);
  }

  private static List<TensorSpec> matched(
      String ends, List<String> network, String what, ExampleSchema schema, Role role) {
    List<TensorSpec> tensors = schema.of(role);
    if (network.size() == 1 && tensors.size() == 1) {
      return tensors;
    }
    List<String> names = tensors.stream().map(TensorSpec::name).toList();
    if (!Set.copyOf(names).equals(Set.copyOf(network))) {
      throw new BadModelException(
          List.of(
              String.format(
                  Locale.ROOT,
                  "the model has the %s %s, the data has the %s %s: expected the same names",
                  ends,
                  network,
                  what,
                  names)));
    }
    return network.stream().map(schema::tensor).toList();
  }

  /** Labels in the order of the network's outputs, as indices in the schema. */
  List<Integer> labels() {
    return outputs.stream().map(Bound::tensor).toList();
  }

  /** The dimensions of one example of each input, in the network's order. */
  List<List<Integer>> inputShapes() {
    return inputs.stream().map(bound -> bound.form().shape()).toList();
  }

  /** The form of the network's output. */
  ArrayForm outputForm(int output) {
    return outputs.get(output).form();
  }

  /**
   * The first rows as arrays, in place.
   *
   * @param rows the rows of each tensor of the schema
   */
  NetworkArrays arrays(List<FloatVector> rows, int examples) {
    return new NetworkArrays(
        arrays(inputs, rows, examples),
        arrays(outputs, rows, examples),
        masks(inputs, rows, examples),
        masks(outputs, rows, examples));
  }

  private INDArray[] arrays(List<Bound> bounds, List<FloatVector> rows, int examples) {
    return bounds.stream()
        .map(bound -> bound.form().ofRows(rows(bound.tensor(), rows, examples), examples))
        .toArray(INDArray[]::new);
  }

  private INDArray[] masks(List<Bound> bounds, List<FloatVector> rows, int examples) {
    INDArray[] masks = new INDArray[bounds.size()];
    for (int i = 0; i < masks.length; i++) {
      int mask = bounds.get(i).mask();
      if (mask != NONE) {
        int length = schema.tensors().get(mask).denseLength();
        masks[i] = rows(mask, rows, examples).reshape('c', examples, length);
      }
    }
    return masks;
  }

  private INDArray rows(int tensor, List<FloatVector> rows, int examples) {
    long length = schema.tensors().get(tensor).denseLength();
    return rows.get(tensor).view(0, examples * length);
  }

  /** A tensor as a message says it. */
  static String words(TensorSpec tensor) {
    return tensor.name() + " " + tensor.shape() + " (" + tensor.denseLength() + " values)";
  }

  /** A schema as a message says it. */
  static String words(ExampleSchema schema) {
    return schema.tensors().stream().map(TensorBinding::words).collect(Collectors.joining(", "));
  }
}
