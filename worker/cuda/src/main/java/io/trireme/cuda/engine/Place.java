package io.trireme.cuda.engine;

import io.trireme.cuda.spec.Shape;

/**
 * A layer's result on the card, and its error: the loss's derivative by the result. Several readers
 * of the result add to the error in the backward pass, in the order of the pass.
 */
final class Place {
  private final Shape shape;
  private final long value;
  private final long error;
  private final boolean rectified;
  private final int readers;
  private int written;
  private boolean unmasked;

  /**
   * A place.
   *
   * @param error its address, 0 if nothing before it learns
   * @param rectified whether the layer wants an error that is zero where the result is not positive
   * @param readers how many layers read it
   */
  Place(Shape shape, long value, long error, boolean rectified, int readers) {
    this.shape = shape;
    this.value = value;
    this.error = error;
    this.rectified = rectified;
    this.readers = readers;
  }

  /**
   * Where a reader writes the error.
   *
   * @param address of the error
   * @param add whether to add to what is there
   * @param mask the result whose zeros are zeros of the error, 0 for none
   */
  record Target(long address, boolean add, long mask) {
    int addFlag() {
      return add ? 1 : 0;
    }
  }

  Shape shape() {
    return shape;
  }

  long value() {
    return value;
  }

  /** The error's address; every reader has written it when the layer itself runs backward. */
  long error() {
    return error;
  }

  /** Whether anything before it learns. */
  boolean wantsError() {
    return error != 0;
  }

  /** Starts a backward pass. */
  void restart() {
    written = 0;
    unmasked = false;
  }

  /** For a reader that can mask. */
  Target target() {
    boolean last = written + 1 == readers;
    return new Target(error, written++ > 0, last && rectified ? value : 0);
  }

  /** For a reader that cannot mask: the layer itself will. */
  Target plainTarget() {
    unmasked = rectified;
    return new Target(error, written++ > 0, 0);
  }

  /** Whether the layer still has to mask its error. */
  boolean unmasked() {
    return unmasked;
  }
}
