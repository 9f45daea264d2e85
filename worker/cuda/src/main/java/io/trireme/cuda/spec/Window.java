package io.trireme.cuda.spec;

/**
 * The window of a convolution or pooling.
 *
 * @param height rows
 * @param width columns
 * @param stride steps from window to window
 * @param padding rows and columns of zeros before the first; unused if {@code same}
 * @param dilation distance of a window's rows and columns
 * @param same whether the result has the size of the input divided by the stride, rounded up; else
 *     windows that do not fit are left out
 */
public record Window(
    int height, int width, Pair stride, Pair padding, Pair dilation, boolean same) {
  /**
   * A number for rows and one for columns.
   *
   * @param y for rows
   * @param x for columns
   */
  public record Pair(int y, int x) {}

  /** Checks that sizes are positive. */
  public Window {
    if (height < 1 || width < 1 || stride.y < 1 || stride.x < 1) {
      throw new IllegalArgumentException("window and stride must be positive");
    }
    if (padding.y < 0 || padding.x < 0 || dilation.y < 1 || dilation.x < 1) {
      throw new IllegalArgumentException("padding must not be negative, dilation be positive");
    }
  }

  /** A window without padding and dilation. */
  public static Window truncate(int size, int stride) {
    return padded(size, stride, 0);
  }

  /** A window with padding. */
  public static Window padded(int size, int stride, int padding) {
    return new Window(
        size, size, new Pair(stride, stride), new Pair(padding, padding), new Pair(1, 1), false);
  }

  /** A window whose result is as large as the input over the stride. */
  public static Window same(int size, int stride) {
    return new Window(size, size, new Pair(stride, stride), new Pair(0, 0), new Pair(1, 1), true);
  }

  /** Positions in a window. */
  public int size() {
    return height * width;
  }

  /** Rows of the result for an input of so many rows. */
  public int gridHeight(int rows) {
    return grid(rows, height, stride.y, padding.y, dilation.y);
  }

  /** Columns of the result for an input of so many columns. */
  public int gridWidth(int columns) {
    return grid(columns, width, stride.x, padding.x, dilation.x);
  }

  /** Rows of padding before the first row. */
  public int padTop(int rows) {
    return same ? before(rows, gridHeight(rows), height, stride.y, dilation.y) : padding.y;
  }

  /** Columns of padding before the first column. */
  public int padLeft(int columns) {
    return same ? before(columns, gridWidth(columns), width, stride.x, dilation.x) : padding.x;
  }

  private int grid(int in, int window, int step, int pad, int dilated) {
    if (same) {
      return (in + step - 1) / step;
    }
    int extent = (window - 1) * dilated + 1;
    return Math.floorDiv(in + 2 * pad - extent, step) + 1;
  }

  private static int before(int in, int out, int window, int step, int dilated) {
    return Math.max(0, (out - 1) * step + (window - 1) * dilated + 1 - in) / 2;
  }
}
