package io.trireme.cuda.spec;

import java.util.List;

/** The shape of a layer's result. */
final class Shapes {
  private static final int MOST_OF_HEAD = 128;

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
    if (layer instanceof Layer.Loss loss) {
      return loss.kind() == Layer.LossKind.CLASS_CROSS_ENTROPY
          ? sequence(in)
          : Shape.vector(in.length());
    }
    return ofSequence(layer, in);
  }

  private static Shape ofSequence(Layer layer, Shape in) {
    if (layer instanceof Layer.Embedding embedding) {
      if (in.plane() > 1 || embedding.vocabulary() > 1 << 24) {
        throw new IllegalArgumentException(
            "reads "
                + in
                + " as numbers of "
                + embedding.vocabulary()
                + " tokens, expected a vector and at most "
                + (1 << 24));
      }
      return Shape.sequence(in.channels(), embedding.width());
    }
    if (layer instanceof Layer.Projection projection) {
      return Shape.sequence(sequence(in).channels(), projection.outputs());
    }
    if (layer instanceof Layer.LayerNorm) {
      return sequence(in);
    }
    return layer instanceof Layer.Attention attention ? attended(attention, sequence(in)) : in;
  }

  private static Shape sequence(Shape in) {
    if (in.height() != 1 || in.width() < 2) {
      throw new IllegalArgumentException("reads " + in + ", which is no sequence of vectors");
    }
    return in;
  }

  private static Shape attended(Layer.Attention attention, Shape in) {
    int heads = attention.heads();
    if (heads < 1 || in.width() % (3 * heads) != 0 || in.width() / 3 / heads > MOST_OF_HEAD) {
      throw new IllegalArgumentException(
          "attends by "
              + heads
              + " heads to "
              + in.width()
              + " values a position, expected three times the heads times 1 to "
              + MOST_OF_HEAD);
    }
    return Shape.sequence(in.channels(), in.width() / 3);
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
