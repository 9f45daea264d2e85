package io.trireme.cuda.spec;

/**
 * The shape of one example's values: {@code [channels][height][width]} in 'c' order; a vector has
 * its length as channels, a sequence its positions.
 *
 * @param channels channels, the length of a vector, or the positions of a sequence
 * @param height rows
 * @param width columns
 */
public record Shape(int channels, int height, int width) {
  /** Checks that nothing is empty. */
  public Shape {
    if (channels < 1 || height < 1 || width < 1 || (long) channels * height * width > 1 << 28) {
      throw new IllegalArgumentException(
          "shape " + channels + "x" + height + "x" + width + " is empty or too large");
    }
  }

  /** A vector. */
  public static Shape vector(int length) {
    return new Shape(length, 1, 1);
  }

  /** A sequence, {@code [positions][width]}. */
  public static Shape sequence(int positions, int width) {
    return new Shape(positions, 1, width);
  }

  /** Images. */
  public static Shape image(int channels, int height, int width) {
    return new Shape(channels, height, width);
  }

  /** Values of an example. */
  public int length() {
    return channels * height * width;
  }

  /** Values of a channel. */
  public int plane() {
    return height * width;
  }

  @Override
  public String toString() {
    return plane() == 1 ? "" + channels : channels + "x" + height + "x" + width;
  }
}
