package io.trireme.worker.dl4j.chain;

import org.agrona.UnsafeApi;

/**
 * ReLU followed by max pooling in one pass, and both backward in one pass, over off-heap float32
 * images stored pixel by pixel (NHWC). Windows do not overlap; a window of 1x1 is ReLU alone. Among
 * equal values the first of a window, row by row, receives the error.
 *
 * <p>Raw bits of positive floats order as integers do and those of negative floats are negative, so
 * the greater of zero and the integers is ReLU and maximum at once.
 *
 * @param rows rows of one unpooled image
 * @param columns pixels of one of its rows
 * @param channels values of a pixel
 * @param windowRows rows of a window, also the stride
 * @param windowColumns columns of a window, also the stride
 * @param planar whether the pooled image is stored plane by plane (NCHW), else pixel by pixel
 */
record PoolKernel(
    int rows, int columns, int channels, int windowRows, int windowColumns, boolean planar) {
  private static final byte NOWHERE = -1;

  PoolKernel {
    if (windowRows < 1 || windowColumns < 1 || windowRows * windowColumns > Byte.MAX_VALUE) {
      throw new IllegalArgumentException(
          "window of " + windowRows + "x" + windowColumns + ", expected 1 to 127 values");
    }
  }

  /** Rows of one pooled image; rows that fill no window are dropped. */
  int pooledRows() {
    return rows / windowRows;
  }

  /** Pixels of a row of one pooled image. */
  int pooledColumns() {
    return columns / windowColumns;
  }

  /** Values of one pooled image. */
  int pooledLength() {
    return pooledRows() * pooledColumns() * channels;
  }

  private long pixelStep() {
    return planar ? 1 : channels;
  }

  private long channelStep() {
    return planar ? (long) pooledRows() * pooledColumns() : 1;
  }

  /**
   * Pools.
   *
   * @param images number of images
   * @param source address of the unpooled values
   * @param pooled address that receives {@code images * pooledLength()} values
   * @param chosen receives, pixel by pixel in either order of {@code pooled}, which value of its
   *     window each pooled value is, or -1 where ReLU is zero
   */
  void forward(int images, long source, long pooled, byte[] chosen) {
    long pixelStep = 4 * pixelStep();
    long channelStep = 4 * channelStep();
    int at = 0;
    for (int n = 0; n < images; n++) {
      long image = source + 4L * n * rows * columns * channels;
      long target = pooled + 4L * n * pooledLength();
      for (int row = 0; row < pooledRows(); row++) {
        for (int column = 0; column < pooledColumns(); column++) {
          long corner =
              image + 4L * channels * ((long) row * windowRows * columns + column * windowColumns);
          window(corner, target, channelStep, chosen, at);
          at += channels;
          target += pixelStep;
        }
      }
    }
  }

  private void window(long corner, long target, long channelStep, byte[] chosen, int at) {
    if (windowRows == 2 && windowColumns == 2) {
      window2x2(corner, target, channelStep, chosen, at);
      return;
    }
    for (int c = 0; c < channels; c++) {
      int best = 0;
      byte which = NOWHERE;
      byte k = 0;
      for (int y = 0; y < windowRows; y++) {
        long from = corner + 4L * ((long) y * columns * channels + c);
        for (int x = 0; x < windowColumns; x++, k++) {
          int bits = UnsafeApi.getInt(from + 4L * x * channels);
          if (bits > best) {
            best = bits;
            which = k;
          }
        }
      }
      UnsafeApi.putInt(target + c * channelStep, best);
      chosen[at + c] = which;
    }
  }

  private void window2x2(long corner, long target, long channelStep, byte[] chosen, int at) {
    long right = 4L * channels;
    long below = right * columns;
    for (int c = 0; c < channels; c++) {
      long from = corner + 4L * c;
      int v0 = UnsafeApi.getInt(from);
      int v1 = UnsafeApi.getInt(from + right);
      int v2 = UnsafeApi.getInt(from + below);
      int v3 = UnsafeApi.getInt(from + below + right);
      int top = Math.max(v0, v1);
      int bottom = Math.max(v2, v3);
      int best = Math.max(0, Math.max(top, bottom));
      // Each term is 1 (as a sign bit) where the first half is smaller: no branch to mispredict.
      int topAt = lessThan(v0, v1);
      int bottomAt = 2 + lessThan(v2, v3);
      int takeBottom = -lessThan(top, bottom);
      int which = topAt ^ ((topAt ^ bottomAt) & takeBottom);
      int nowhere = -lessThan(best, 1);
      UnsafeApi.putInt(target + c * channelStep, best);
      chosen[at + c] = (byte) (which | nowhere);
    }
  }

  /** 1 if {@code a < b}, else 0. */
  private static int lessThan(int a, int b) {
    return (int) (((long) a - b) >>> 63);
  }

  /**
   * Sends errors back through pooling and ReLU.
   *
   * @param images number of images
   * @param errors address of the errors of the pooled values, stored as these are
   * @param chosen as {@link #forward} left it
   * @param target address that receives the errors of the unpooled values
   */
  void backward(int images, long errors, byte[] chosen, long target) {
    long imageBytes = 4L * rows * columns * channels;
    boolean covered = rows % windowRows == 0 && columns % windowColumns == 0;
    if (!covered) {
      UnsafeApi.setMemory(target, images * imageBytes, (byte) 0);
    }
    long pixelStep = 4 * pixelStep();
    long channelStep = 4 * channelStep();
    int at = 0;
    for (int n = 0; n < images; n++) {
      long from = errors + 4L * n * pooledLength();
      for (int row = 0; row < pooledRows(); row++) {
        long corner = target + n * imageBytes + 4L * row * windowRows * columns * channels;
        for (int column = 0; column < pooledColumns(); column++) {
          spread(from, channelStep, chosen, at, corner);
          at += channels;
          from += pixelStep;
          corner += 4L * windowColumns * channels;
        }
      }
    }
  }

  private void spread(long errors, long channelStep, byte[] chosen, int at, long corner) {
    if (windowRows == 2 && windowColumns == 2) {
      spread2x2(errors, channelStep, chosen, at, corner);
      return;
    }
    for (int c = 0; c < channels; c++) {
      int error = UnsafeApi.getInt(errors + c * channelStep);
      int which = chosen[at + c];
      int k = 0;
      for (int y = 0; y < windowRows; y++) {
        long to = corner + 4L * ((long) y * columns * channels + c);
        for (int x = 0; x < windowColumns; x++, k++) {
          UnsafeApi.putInt(to + 4L * x * channels, which == k ? error : 0);
        }
      }
    }
  }

  private void spread2x2(long errors, long channelStep, byte[] chosen, int at, long corner) {
    long right = 4L * channels;
    long below = right * columns;
    for (int c = 0; c < channels; c++) {
      int error = UnsafeApi.getInt(errors + c * channelStep);
      int which = chosen[at + c];
      long to = corner + 4L * c;
      UnsafeApi.putInt(to, error & maskIfZero(which));
      UnsafeApi.putInt(to + right, error & maskIfZero(which ^ 1));
      UnsafeApi.putInt(to + below, error & maskIfZero(which ^ 2));
      UnsafeApi.putInt(to + below + right, error & maskIfZero(which ^ 3));
    }
  }

  /** All bits if {@code small} is 0, none if it is another number above -2^30. */
  private static int maskIfZero(int small) {
    return ((small & 0xff) - 1) >> 31;
  }
}
