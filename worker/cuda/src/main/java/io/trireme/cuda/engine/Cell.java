package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Shape;
import java.util.List;

/**
 * A layer after fusing: what one stage computes.
 *
 * @param name for messages and times
 * @param layer what it computes; its own activation is identity or ReLU
 * @param inputs the cells that it reads, -1 for the features; a normalisation's second is added to
 *     it
 * @param shape of the result
 */
record Cell(String name, Layer layer, List<Integer> inputs, Shape shape) {
  Cell {
    inputs = List.copyOf(inputs);
  }

  /** Whether it learns. */
  boolean learns() {
    return layer instanceof Layer.Dense
        || layer instanceof Layer.Convolution
        || layer instanceof Layer.BatchNorm
        || layer instanceof Layer.Embedding
        || layer instanceof Layer.Projection
        || layer instanceof Layer.LayerNorm;
  }

  /** Whether it wants an error that is zero where its result, of ReLU, is not positive. */
  boolean wantsMask() {
    return Kernels.reluFlag(layer.activation()) != 0
        && (layer instanceof Layer.Dense
            || layer instanceof Layer.Projection
            || layer instanceof Layer.Convolution);
  }
}
