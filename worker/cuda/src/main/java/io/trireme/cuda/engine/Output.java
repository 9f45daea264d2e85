package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Arguments;

/**
 * Where a product's result goes, as the kernels' structure of the same name.
 *
 * @param out address
 * @param bias address, 0 for none
 * @param mask address of a result of ReLU, 0 for none
 * @param lastColumn address of the column after the last: a bias's gradient; 0 for none
 * @param rows rows of the result
 * @param columns columns of the result
 * @param rowPitch distance of rows in memory
 * @param imagePitch distance of images
 * @param plane columns of an image
 * @param flags {@link #RELU} and others
 */
record Output(
    long out,
    long bias,
    long mask,
    long lastColumn,
    int rows,
    int columns,
    int rowPitch,
    int imagePitch,
    int plane,
    int flags) {
  static final int RELU = 1;
  static final int ADD = 2;
  static final int BIAS_ROW = 4;
  static final int VECTOR = 8;

  /** A matrix in 'c' order that fills a buffer. */
  static Output matrix(long out, int rows, int columns) {
    int vector = columns % 4 == 0 ? VECTOR : 0;
    return new Output(out, 0, 0, 0, rows, columns, columns, 0, columns, vector);
  }

  /** A gradient of weights, anywhere in the flat vector, with the bias's as the last column. */
  static Output gradient(long weights, long bias, int rows, int columns) {
    return new Output(weights, 0, 0, bias, rows, columns, columns, 0, columns, 0);
  }

  /** Images {@code [image][row][plane]}, whose positions are the columns. */
  static Output images(long out, int rows, int columns, int plane) {
    int vector = plane % 4 == 0 ? VECTOR : 0;
    return new Output(out, 0, 0, 0, rows, columns, plane, rows * plane, plane, vector);
  }

  Output biased(long address, int more) {
    return new Output(
        out, address, mask, lastColumn, rows, columns, rowPitch, imagePitch, plane, flags | more);
  }

  Output into(Place.Target target) {
    return new Output(
        out,
        bias,
        target.mask(),
        lastColumn,
        rows,
        columns,
        rowPitch,
        imagePitch,
        plane,
        flags | (target.add() ? ADD : 0));
  }

  void put(Arguments to) {
    to.next().field(out).field(bias).field(mask).field(lastColumn);
    to.field(rows).field(columns).field(rowPitch).field(imagePitch).field(flags).divisor(plane);
  }
}
