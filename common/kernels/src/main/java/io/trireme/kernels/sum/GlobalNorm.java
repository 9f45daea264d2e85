package io.trireme.kernels.sum;

/** Clipping of the whole gradient by its L2 norm (Pascanu, Mikolov and Bengio, 2013). */
public final class GlobalNorm {
  private GlobalNorm() {}

  /**
   * What a gradient must be multiplied by so that its norm is at most the limit.
   *
   * @param sumOfSquares the gradient's, over all blocks
   * @param limit the largest norm; 0 or less for no clipping
   * @return 1 where nothing has to be clipped; NaN where the sum is no finite number
   */
  public static double scale(double sumOfSquares, double limit) {
    if (limit <= 0) {
      return 1;
    }
    if (!Double.isFinite(sumOfSquares)) {
      return Double.NaN;
    }
    double norm = Math.sqrt(sumOfSquares);
    return norm > limit ? limit / norm : 1;
  }
}
