package io.trireme.common.layout;

import java.util.List;

/**
 * One named parameter array of the model inside the flat vector.
 *
 * @param name the model's own name of the parameter, such as {@code 0_W}
 * @param layer index into {@link Layout#layers()} of the layer that owns it
 * @param offset first float of the segment in the flat vector
 * @param length number of floats, the product of {@code shape}
 * @param shape the parameter's shape in the model
 * @param order {@code 'c'} or {@code 'f'}: how the shape is laid over the floats
 * @param kind how contributions to it are combined
 * @param updater the updater's configuration in ND4J's JSON form; segments with equal strings have
 *     equal updaters
 * @param regularization regularisations in ND4J's JSON form, in the order in which they apply
 */
public record Segment(
    String name,
    int layer,
    long offset,
    long length,
    List<Long> shape,
    char order,
    SegmentKind kind,
    String updater,
    List<String> regularization) {

  public Segment {
    shape = List.copyOf(shape);
    regularization = List.copyOf(regularization);
    if (offset < 0 || length <= 0) {
      throw new IllegalArgumentException(
          "segment " + name + ": offset " + offset + ", length " + length);
    }
  }

  /** The first float after the segment. */
  public long end() {
    return offset + length;
  }
}
