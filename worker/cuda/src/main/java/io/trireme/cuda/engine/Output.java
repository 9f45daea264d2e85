package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;

/**
 * Where a product's result goes, as the kernels' structures {@code Output} and {@code
 * StridedOutput}.
 *
 * @param out address
 * @param bias address, 0 for none
 * @param mask address of a result of ReLU, 0 for none
 * @param lastColumn address of the column after the last: a bias's gradient; 0 for none
 * @param layout where elements lie
 * @param flags {@link #RELU} and others
 */
record Output(long out, long bias, long mask, long lastColumn, Layout layout, int flags) {
  static final int RELU = 1;
  static final int ADD = 2;
  static final int BIAS_ROW = 4;
  static final int VECTOR = 8;

  /**
   * Where elements lie in memory.
   *
   * @param rows rows of the result
   * @param columns columns of the result
   * @param rowPitch distance of rows in memory
   * @param imagePitch distance of images
   * @param plane columns of an image
   * @param steps of the columns in an image
   */
  record Layout(int rows, int columns, int rowPitch, int imagePitch, int plane, Steps steps) {}

  /**
   * Columns that are every stride-th position of an image.
   *
   * @param down from row to row
   * @param right from column to column
   * @param width columns in a row, 0 if columns follow each other
   */
  record Steps(int down, int right, int width) {
    static final Steps NONE = new Steps(0, 0, 0);
  }

  int rows() {
    return layout.rows;
  }

  int columns() {
    return layout.columns;
  }

  /** A matrix in 'c' order that fills a buffer. */
  static Output matrix(long out, int rows, int columns) {
    Layout layout = new Layout(rows, columns, columns, 0, columns, Steps.NONE);
    return new Output(out, 0, 0, 0, layout, columns % 4 == 0 ? VECTOR : 0);
  }

  /** A gradient of weights, anywhere in the flat vector, with the bias's as the last column. */
  static Output gradient(long weights, long bias, int rows, int columns) {
    Layout layout = new Layout(rows, columns, columns, 0, columns, Steps.NONE);
    return new Output(weights, 0, 0, bias, layout, 0);
  }

  /** Images {@code [image][row][plane]}, whose positions are the columns. */
  static Output images(long out, int rows, int columns, int plane) {
    Layout layout = new Layout(rows, columns, plane, rows * plane, plane, Steps.NONE);
    return new Output(out, 0, 0, 0, layout, plane % 4 == 0 ? VECTOR : 0);
  }

  Output biased(long address, int more) {
    return new Output(out, address, mask, lastColumn, layout, flags | more);
  }

  Output into(Place.Target target) {
    int add = target.add() ? ADD : 0;
    return new Output(out, bias, target.mask(), lastColumn, layout, flags | add);
  }

  /**
   * Only some positions of each image.
   *
   * @param first the first one
   * @param positions how many of an image
   * @param steps between them
   */
  Output strided(int first, int positions, Steps steps) {
    Layout some =
        new Layout(
            layout.rows, layout.columns, layout.rowPitch, layout.imagePitch, positions, steps);
    long shift = 4L * first;
    return new Output(
        out + shift, bias, mask == 0 ? 0 : mask + shift, lastColumn, some, flags & ~VECTOR);
  }

  void put(Arguments to) {
    to.next().field(out).field(bias).field(mask).field(lastColumn);
    to.field(layout.rows).field(layout.columns).field(layout.rowPitch).field(layout.imagePitch);
    to.field(flags).divisor(layout.plane);
    if (layout.steps.width > 0) {
      to.field(layout.steps.down).field(layout.steps.right).divisor(layout.steps.width);
    }
  }
}
