package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins layers that one kernel computes: ReLU with what makes its input, a sum with the
 * normalisation before it; and takes other activations out of the layers that have them.
 */
final class Fusion {
  private final List<Cell> cells = new ArrayList<>();
  private final int[] cellOf;
  private final int[] readers;

  private Fusion(ChainSpec spec) {
    this.cellOf = new int[spec.nodes().size()];
    this.readers = new int[spec.nodes().size()];
    for (Node node : spec.nodes()) {
      for (int input : node.inputs()) {
        if (input >= 0) {
          readers[input]++;
        }
      }
    }
  }

  /** The cells of a network, in an order in which each reads only earlier ones. */
  static List<Cell> of(ChainSpec spec) {
    Fusion fusion = new Fusion(spec);
    for (int i = 0; i < spec.nodes().size(); i++) {
      fusion.cellOf[i] = fusion.place(spec.nodes().get(i));
    }
    return fusion.cells;
  }

  private int cell(int node) {
    return node < 0 ? node : cellOf[node];
  }

  private int place(Node node) {
    int joined =
        node.layer() instanceof Layer.Activate activate
            ? joinActivation(node, activate)
            : node.layer() instanceof Layer.Add add ? joinSum(node, add) : -1;
    if (joined >= 0) {
      return joined;
    }
    Activation activation = node.layer().activation();
    List<Integer> inputs = node.inputs().stream().map(this::cell).toList();
    if (node.layer() instanceof Layer.Activate || activation.fused()) {
      cells.add(new Cell(node.name(), node.layer(), inputs, node.shape()));
    } else {
      Layer plain = with(node.layer(), Activation.IDENTITY);
      cells.add(new Cell(node.name(), plain, inputs, node.shape()));
      addActivation(node, activation);
    }
    return cells.size() - 1;
  }

  private void addActivation(Node node, Activation activation) {
    List<Integer> last = List.of(cells.size() - 1);
    Layer layer = new Layer.Activate(activation);
    cells.add(new Cell(node.name() + " activation", layer, last, node.shape()));
  }

  private boolean alone(int node) {
    return node >= 0 && readers[node] == 1;
  }

  private int joinActivation(Node node, Layer.Activate activate) {
    int from = node.inputs().get(0);
    if (!alone(from) || activate.activation().kind() != Activation.Kind.RELU) {
      return -1;
    }
    Cell before = cells.get(cellOf[from]);
    boolean plain = before.layer().activation().kind() == Activation.Kind.IDENTITY;
    if (!plain || with(before.layer(), Activation.RELU) == before.layer()) {
      return -1;
    }
    Layer layer = with(before.layer(), Activation.RELU);
    cells.set(cellOf[from], new Cell(before.name(), layer, before.inputs(), before.shape()));
    return cellOf[from];
  }

  private int joinSum(Node node, Layer.Add add) {
    int a = node.inputs().get(0);
    int b = node.inputs().get(1);
    int later = cell(a) > cell(b) ? a : b;
    int earlier = cell(Math.min(cell(a), cell(b)) == cell(a) ? a : b);
    Cell norm = plainNorm(later);
    if (norm == null || !add.activation().fused() || earlier == cell(later) || earlier < 0) {
      return -1;
    }
    List<Integer> inputs = List.of(norm.inputs().get(0), earlier);
    Layer layer = with(norm.layer(), add.activation());
    cells.set(cell(later), new Cell(norm.name(), layer, inputs, norm.shape()));
    return cell(later);
  }

  private @Nullable Cell plainNorm(int node) {
    if (!alone(node)) {
      return null;
    }
    Cell cell = cells.get(cellOf[node]);
    boolean plain =
        cell.layer() instanceof Layer.BatchNorm norm
            && norm.activation().kind() == Activation.Kind.IDENTITY
            && cell.inputs().size() == 1;
    return plain ? cell : null;
  }

  private static Layer with(Layer layer, Activation activation) {
    if (layer instanceof Layer.Dense d) {
      return new Layer.Dense(d.outputs(), d.weights(), d.bias(), activation);
    }
    if (layer instanceof Layer.Projection p) {
      return new Layer.Projection(p.outputs(), p.weights(), p.bias(), activation);
    }
    if (layer instanceof Layer.Convolution c) {
      return new Layer.Convolution(c.outputs(), c.window(), c.weights(), c.bias(), activation);
    }
    if (layer instanceof Layer.BatchNorm n) {
      return new Layer.BatchNorm(
          n.statistics(), n.gamma(), n.beta(), n.mean(), n.variance(), activation);
    }
    return layer instanceof Layer.Add ? new Layer.Add(activation) : layer;
  }
}
