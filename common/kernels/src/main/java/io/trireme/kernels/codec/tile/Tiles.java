package io.trireme.kernels.codec.tile;

import java.util.Arrays;

/**
 * The size of a tile, and loops over tiles that the compiler turns into vector code as they are:
 * over arrays, element by element, in arithmetic of 32 bits, without branches.
 */
public final class Tiles {

  /** Floats in a tile. */
  public static final int SIZE = 1024;

  /** Less is not sent by codecs with a scale: its inverse would be too great a float. */
  public static final float MIN_SCALE = 0x1p-100f;

  private static final int MAX_PLANES = 32;

  private Tiles() {}

  /** Whether this JVM has the Vector API, so that kernels have a second form. */
  static boolean hasVectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** The number of floats, rounded up to a multiple of {@code planes}. */
  public static int padded(int count, int planes) {
    return (count + planes - 1) / planes * planes;
  }

  /** Zeroes after the last float, so that kernels may work on whole planes. */
  public static void pad(float[] tile, int count) {
    if (count < SIZE) {
      Arrays.fill(tile, count, Math.min(SIZE, count + MAX_PLANES), 0f);
    }
  }

  /** Moves what is beyond {@code limit} in magnitude from p to {@code rest}. */
  public static void limit(float[] p, float[] rest, int n, float limit) {
    for (int i = 0; i < n; i++) {
      float limited = Math.max(-limit, Math.min(limit, p[i]));
      rest[i] = p[i] - limited;
      p[i] = limited;
    }
  }

  /** Brings floats into the range from -limit to limit. */
  public static void clamp(float[] x, int n, float limit) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(-limit, Math.min(limit, x[i]));
    }
  }

  /** {@code a += b}. */
  public static void add(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] += b[i];
    }
  }

  /** {@code difference = a - b}. */
  public static void subtract(float[] a, float[] b, float[] difference, int n) {
    for (int i = 0; i < n; i++) {
      difference[i] = a[i] - b[i];
    }
  }

  /** {@code x *= factor}. */
  public static void scale(float[] x, int n, float factor) {
    for (int i = 0; i < n; i++) {
      x[i] = x[i] * factor;
    }
  }

  /** {@code x *= factors}. */
  static void multiply(float[] x, float[] factors, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= factors[i];
    }
  }

  /** {@code sums += x x}. */
  public static void addSquares(float[] x, float[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[i] * x[i];
    }
  }

  /** {@code u = momentum u + scale g}, at most the greatest float. */
  public static void addMomentum(float[] g, float[] u, int n, float momentum, float scale) {
    for (int i = 0; i < n; i++) {
      float sum = momentum * u[i] + scale * g[i];
      u[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, sum));
    }
  }

  /** {@code to[at + i] += factor x[i]}. */
  public static void addMultiple(float[] x, float factor, float[] to, int at, int n) {
    for (int i = 0; i < n; i++) {
      to[at + i] += factor * x[i];
    }
  }

  /** {@code to[i] += factor x[from + i]}. */
  public static void addMultipleOf(float[] x, int from, float factor, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] += factor * x[from + i];
    }
  }

  /**
   * The dot product with floats of b from {@code from} on, in the order of a fixed tree.
   *
   * @param products overwritten
   */
  public static float dot(float[] a, float[] b, int from, float[] products, int n) {
    products(a, b, from, products, n);
    return treeSum(products, n);
  }

  private static void products(float[] a, float[] b, int from, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = a[i] * b[from + i];
    }
  }

  /** The sum of n floats, which are overwritten, in the order of a fixed tree. */
  static float treeSum(float[] floats, int n) {
    int length = n;
    while (length > 16) {
      int half = (length + 1) / 2;
      foldSum(floats, half, length - half);
      length = half;
    }
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += floats[i];
    }
    return sum;
  }

  private static void foldSum(float[] sums, int from, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += sums[i + from];
    }
  }
}
