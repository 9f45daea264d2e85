package io.trireme.common.layout;

/**
 * The contiguous floats of one layer (or graph vertex), with the gradient normalisation that spans
 * them.
 *
 * @param name the layer's name in the model
 * @param offset first float of the layer in the flat vector
 * @param length number of floats
 * @param normalization what is done to the layer's mean gradient before the updater
 * @param threshold the normalisation's threshold; meaningless where it has none
 */
public record LayerSpan(
    String name, long offset, long length, GradientNormalization normalization, double threshold) {

  /** The first float after the layer. */
  public long end() {
    return offset + length;
  }
}
