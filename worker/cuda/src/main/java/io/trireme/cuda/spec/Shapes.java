package io.trireme.cuda.spec;

import java.util.List;

/** The shape of a layer's result. */
final class Shapes {
  private Shapes() {}

  /**
   * The shape of an example's result.
   *
   * @throws IllegalArgumentException if the layer cannot read such inputs
   */
  static Shape of(Layer layer, List<Shape> inputs) {
    Shape in = inputs.get(0);
    if (layer instanceof Layer.Dense dense) {
      return Shape.vector(dense.outputs());
    }
    if (layer instanceof Layer.Convolution convolution) {
      return grid(convolution.outputs(), convolution.window(), in);
    }
    if (layer instanceof Layer.Pool pool) {
      if (pool.window().size() > 255) {
        throw new IllegalArgumentException(
            "window of " + pool.window().size() + " values, at most 255");
      }
      return grid(in.channels(), pool.window(), in);
    }
    if (layer instanceof Layer.Add && !inputs.get(1).equals(in)) {
      throw new IllegalArgumentException("adds " + in + " and " + inputs.get(1));
    }
    if (layer instanceof Layer.Dropout dropout
        && !(dropout.retain() > 0 && dropout.retain() <= 1)) {
      throw new IllegalArgumentException("keeps " + dropout.retain() + ", expected (0, 1]");
    }
    if (layer instanceof Layer.Loss) {
      return Shape.vector(in.length());
    }
    return in;
  }

  private static Shape grid(int channels, Window window, Shape in) {
    int height = window.gridHeight(in.height());
    int width = window.gridWidth(in.width());
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("window does not fit into " + in);
    }
    return Shape.image(channels, height, width);
  }
}
