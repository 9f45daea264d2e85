package io.trireme.kernels.optimizer;

import org.agrona.DirectBuffer;

/** Kernel: the sum of squares of floats, in double precision and one fixed order. */
final class SumOfSquares {
  private SumOfSquares() {}

  /**
   * Adds floats {@code from} (inclusive) to {@code to} (exclusive) in four interleaved partial
   * sums, which a processor can add side by side, then those in order.
   */
  static double of(DirectBuffer floats, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int at = from;
    for (; at + 4 <= to; at += 4) {
      int index = at * Float.BYTES;
      double w = floats.getFloat(index);
      double x = floats.getFloat(index + 4);
      double y = floats.getFloat(index + 8);
      double z = floats.getFloat(index + 12);
      a += w * w;
      b += x * x;
      c += y * y;
      d += z * z;
    }
    for (; at < to; at++) {
      double w = floats.getFloat(at * Float.BYTES);
      a += w * w;
    }
    return a + b + (c + d);
  }
}
