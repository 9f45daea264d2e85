package io.trireme.common.layout;

import java.util.List;

/**
 * The flat parameter vector of a model, cut into segments and layers; all that a server needs to
 * know of the model.
 *
 * @param length number of floats in the vector
 * @param segments in ascending order, covering the vector without gap or overlap
 * @param layers in ascending order; layers without parameters are absent
 * @param miniBatch whether gradients are divided by the number of examples (DL4J's {@code
 *     minibatch} flag)
 */
public record Layout(
    long length, List<Segment> segments, List<LayerSpan> layers, boolean miniBatch) {

  public Layout {
    segments = List.copyOf(segments);
    layers = List.copyOf(layers);
    long at = 0;
    for (Segment segment : segments) {
      if (segment.offset() != at) {
        throw new IllegalArgumentException(
            "segment "
                + segment.name()
                + " starts at float "
                + segment.offset()
                + ", expected "
                + at);
      }
      at = segment.end();
    }
    if (at != length) {
      throw new IllegalArgumentException(
          "segments end at float " + at + ", the vector at " + length);
    }
  }
}
