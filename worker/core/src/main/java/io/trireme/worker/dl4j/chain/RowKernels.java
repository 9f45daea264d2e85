package io.trireme.worker.dl4j.chain;

import java.util.Arrays;
import org.agrona.UnsafeApi;

/**
 * Element-wise passes over off-heap float32 matrices given by address; rows are examples or pixels.
 * Sums run row by row, which is the order of libnd4j's column sum and of oneDNN's bias gradient on
 * one thread.
 */
final class RowKernels {
  private static final int TILE = 16;
  private static final int TILE_FLOATS = 4096;

  private RowKernels() {}

  /**
   * Adds a bias and, if asked, applies ReLU, turning columns into rows.
   *
   * @param columns {@code columnCount * rowCount} floats, column by column
   * @param bias {@code columnCount} floats
   * @param rows receives {@code rowCount * columnCount} floats, row by row
   */
  static void addBias(
      long columns, long bias, long rows, int rowCount, int columnCount, boolean relu) {
    for (int r0 = 0; r0 < rowCount; r0 += TILE) {
      int r1 = Math.min(rowCount, r0 + TILE);
      for (int c0 = 0; c0 < columnCount; c0 += TILE) {
        int c1 = Math.min(columnCount, c0 + TILE);
        for (int r = r0; r < r1; r++) {
          long from = columns + 4L * r;
          long to = rows + 4L * r * columnCount;
          for (int c = c0; c < c1; c++) {
            float z =
                UnsafeApi.getFloat(from + 4L * c * rowCount) + UnsafeApi.getFloat(bias + 4L * c);
            UnsafeApi.putFloat(to + 4L * c, relu ? Math.max(z, 0f) : z);
          }
        }
      }
    }
  }

  /** Sets to zero each of {@code count} errors whose activation is not positive. */
  static void maskByActivation(long activations, long errors, int count) {
    for (int i = 0; i < count; i++) {
      int activation = UnsafeApi.getInt(activations + 4L * i);
      int error = UnsafeApi.getInt(errors + 4L * i);
      UnsafeApi.putInt(errors + 4L * i, activation > 0 ? error : 0);
    }
  }

  /**
   * Sums columns.
   *
   * @param rows {@code rowCount * sums.length} floats, row by row
   * @param sums working memory, one float a column
   * @param target receives the sums
   */
  static void sumColumns(long rows, int rowCount, float[] sums, long target) {
    Arrays.fill(sums, 0f);
    int width = sums.length;
    // Tiles of rows stay in the first-level cache while four columns at a time are in registers.
    int tileRows = Math.max(1, TILE_FLOATS / width);
    for (int r = 0; r < rowCount; r += tileRows) {
      addColumns(rows + 4L * r * width, Math.min(tileRows, rowCount - r), sums);
    }
    for (int c = 0; c < width; c++) {
      UnsafeApi.putFloat(target + 4L * c, sums[c]);
    }
  }

  private static void addColumns(long rows, int rowCount, float[] sums) {
    long step = 4L * sums.length;
    int c = 0;
    for (; c + 4 <= sums.length; c += 4) {
      long at = rows + 4L * c;
      float s0 = sums[c];
      float s1 = sums[c + 1];
      float s2 = sums[c + 2];
      float s3 = sums[c + 3];
      for (int r = 0; r < rowCount; r++, at += step) {
        s0 += UnsafeApi.getFloat(at);
        s1 += UnsafeApi.getFloat(at + 4);
        s2 += UnsafeApi.getFloat(at + 8);
        s3 += UnsafeApi.getFloat(at + 12);
      }
      sums[c] = s0;
      sums[c + 1] = s1;
      sums[c + 2] = s2;
      sums[c + 3] = s3;
    }
    for (; c < sums.length; c++) {
      long at = rows + 4L * c;
      float s = sums[c];
      for (int r = 0; r < rowCount; r++, at += step) {
        s += UnsafeApi.getFloat(at);
      }
      sums[c] = s;
    }
  }

  /** {@code values -= others}, both of {@code count} floats. */
  static void subtract(long values, long others, int count) {
    for (int i = 0; i < count; i++) {
      float difference = UnsafeApi.getFloat(values + 4L * i) - UnsafeApi.getFloat(others + 4L * i);
      UnsafeApi.putFloat(values + 4L * i, difference);
    }
  }

  /** The sum of {@code -label * log(probability)}, probabilities held within clip and 1 - clip. */
  static double crossEntropy(long probabilities, long labels, int count, float clip) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      float label = UnsafeApi.getFloat(labels + 4L * i);
      if (label != 0f) {
        float p = UnsafeApi.getFloat(probabilities + 4L * i);
        sum -= label * Math.log(Math.min(Math.max(p, clip), 1f - clip));
      }
    }
    return sum;
  }

  /** Whether two vectors of {@code count} floats are the same bit for bit. */
  static boolean sameBits(long left, long right, long count) {
    for (long i = 0; i < count; i++) {
      if (UnsafeApi.getInt(left + 4 * i) != UnsafeApi.getInt(right + 4 * i)) {
        return false;
      }
    }
    return true;
  }
}
