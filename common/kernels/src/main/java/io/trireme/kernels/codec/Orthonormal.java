package io.trireme.kernels.codec;

import java.util.Arrays;

/** Gram-Schmidt. */
final class Orthonormal {
  private Orthonormal() {}

  /** The Euclidean norm of n floats. */
  static double norm(float[] x, int at, int n) {
    return Math.sqrt(dot(x, at, at, n));
  }

  /**
   * Makes columns orthonormal, twice over for accuracy; a column that is nearly a sum of those
   * before becomes zero.
   *
   * @param negligible what is left of such a column, as a share of its norm
   */
  static void columns(float[] x, int rows, int columns, double negligible) {
    for (int k = 0; k < columns; k++) {
      double before = norm(x, k * rows, rows);
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < k; j++) {
          double along = dot(x, j * rows, k * rows, rows);
          for (int i = 0; i < rows; i++) {
            x[k * rows + i] -= (float) (along * x[j * rows + i]);
          }
        }
      }
      double after = norm(x, k * rows, rows);
      if (after <= negligible * before) {
        Arrays.fill(x, k * rows, (k + 1) * rows, 0f);
      } else {
        for (int i = k * rows; i < (k + 1) * rows; i++) {
          x[i] = (float) (x[i] / after);
        }
      }
    }
  }

  private static double dot(float[] x, int a, int b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (double) x[a + i] * x[b + i];
    }
    return sum;
  }
}
