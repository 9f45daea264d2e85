package io.trireme.cuda.spec;

import java.util.List;

/**
 * A layer in its place.
 *
 * @param name for messages: the model's own name of the layer
 * @param layer what it computes
 * @param inputs numbers of the nodes that it reads, {@link #FEATURES} for the minibatch
 * @param shape the shape of an example's result
 */
public record Node(String name, Layer layer, List<Integer> inputs, Shape shape) {
  /** The number that stands for the minibatch's features. */
  public static final int FEATURES = -1;

  /** Copies the list. */
  public Node {
    inputs = List.copyOf(inputs);
  }
}
