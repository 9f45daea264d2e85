package io.trireme.worker.engine;

/**
 * What the data says of its examples.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param channels channels of an image; an example's floats are channel by channel, row by row
 * @param classes number of classes
 */
public record InputFacts(int height, int width, int channels, int classes) {
  public InputFacts {
    if (height < 1 || width < 1 || channels < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "height "
              + height
              + ", width "
              + width
              + ", channels "
              + channels
              + ", classes "
              + classes);
    }
  }

  /** Floats of one example. */
  public int featureLength() {
    return Math.multiplyExact(Math.multiplyExact(height, width), channels);
  }

  @Override
  public String toString() {
    return height
        + "x"
        + width
        + "x"
        + channels
        + " ("
        + featureLength()
        + " values), "
        + classes
        + " classes";
  }
}
