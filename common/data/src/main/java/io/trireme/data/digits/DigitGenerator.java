package io.trireme.data.digits;

import io.trireme.common.slots.Seeds;
import java.util.Arrays;

/**
 * Draws handwritten-like digits: a pure function of seed, split and index, with the same bytes on
 * every machine (only arithmetic that Java defines exactly is used).
 *
 * <p>A digit is one of some ways of writing it, its points jittered, under a random rotation,
 * shear, scaling and shift, drawn with a pen of random thickness and strength, over noise. An
 * instance holds scratch memory and belongs to one thread.
 */
public final class DigitGenerator {
  /** Changes with every change of what is drawn, so that old shards are not taken for new ones. */
  public static final int VERSION = 1;

  /** Rows and columns of an image. */
  public static final int SIZE = 28;

  /** Number of classes. */
  public static final int CLASSES = 10;

  private static final int PIECES_PER_CURVE = 8;
  private static final double BOX_PIXELS = 21;
  private static final double POINT_JITTER = 0.035;
  private static final double MAX_ROTATION = 0.28;
  private static final double MAX_SHEAR = 0.3;
  private static final double MAX_SHIFT_PIXELS = 2.5;
  private static final int MAX_INK = 255;

  private final long seed;
  private final float[] ink = new float[SIZE * SIZE];
  private final double[] point = new double[2];
  private long state;

  /** A generator of the digits that belong to a seed. */
  public DigitGenerator(long seed) {
    this.seed = seed;
  }

  /**
   * Draws one example.
   *
   * @param split which set it belongs to, such as 0 for training and 1 for test: sets share no
   *     example
   * @param index of the example in its set
   * @param image room for {@code SIZE * SIZE} bytes, row by row, from {@code offset}; 0 is paper
   * @return the digit
   */
  public int draw(int split, long index, byte[] image, int offset) {
    state = Seeds.mix(Seeds.mix(Seeds.mix(seed, 0x6469676974L), split), index);
    int digit = below(CLASSES);
    float[][][] ways = DigitStrokes.waysOf(digit);
    float[][] strokes = ways[below(ways.length)];
    double angle = between(-MAX_ROTATION, MAX_ROTATION);
    double shear = between(-MAX_SHEAR, MAX_SHEAR);
    double scaleX = BOX_PIXELS * between(0.65, 1.1);
    double scaleY = BOX_PIXELS * between(0.75, 1.1);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double centre = (SIZE - 1) / 2.0;
    Affine pose =
        new Affine(
            cos * scaleX,
            (cos * shear - sin) * scaleY,
            sin * scaleX,
            (sin * shear + cos) * scaleY,
            centre + between(-MAX_SHIFT_PIXELS, MAX_SHIFT_PIXELS),
            centre + between(-MAX_SHIFT_PIXELS, MAX_SHIFT_PIXELS));
    double radius = between(0.55, 1.6);
    Arrays.fill(ink, 0);
    for (float[] stroke : strokes) {
      draw(stroke, pose, radius);
    }
    develop(image, offset);
    return digit;
  }

  /** Where a point of the unit square lies on the image, in pixels. */
  private record Affine(double xx, double xy, double yx, double yy, double x, double y) {
    void apply(double u, double v, double[] point) {
      point[0] = xx * (u - 0.5) + xy * (v - 0.5) + x;
      point[1] = yx * (u - 0.5) + yy * (v - 0.5) + y;
    }
  }

  private void draw(float[] stroke, Affine pose, double radius) {
    double[] points = new double[stroke.length];
    for (int i = 0; i < stroke.length; i += 2) {
      double u = stroke[i] + between(-POINT_JITTER, POINT_JITTER);
      double v = stroke[i + 1] + between(-POINT_JITTER, POINT_JITTER);
      pose.apply(u, v, point);
      points[i] = point[0];
      points[i + 1] = point[1];
    }
    for (int at = 0; at + 7 < points.length; at += 6) {
      double x = points[at];
      double y = points[at + 1];
      for (int piece = 1; piece <= PIECES_PER_CURVE; piece++) {
        double t = (double) piece / PIECES_PER_CURVE;
        double nextX = bezier(points, at, t);
        double nextY = bezier(points, at + 1, t);
        line(x, y, nextX, nextY, radius);
        x = nextX;
        y = nextY;
      }
    }
  }

  private static double bezier(double[] p, int at, double t) {
    double s = 1 - t;
    return s * s * s * p[at]
        + 3 * s * s * t * p[at + 2]
        + 3 * s * t * t * p[at + 4]
        + t * t * t * p[at + 6];
  }

  /** Covers the pixels within a radius of a segment, with edges one pixel soft. */
  private void line(double x0, double y0, double x1, double y1, double radius) {
    double reach = radius + 0.5;
    int left = Math.max(0, (int) Math.floor(Math.min(x0, x1) - reach));
    int right = Math.min(SIZE - 1, (int) Math.ceil(Math.max(x0, x1) + reach));
    int top = Math.max(0, (int) Math.floor(Math.min(y0, y1) - reach));
    int bottom = Math.min(SIZE - 1, (int) Math.ceil(Math.max(y0, y1) + reach));
    double dx = x1 - x0;
    double dy = y1 - y0;
    double inverse = 1 / Math.max(1e-9, dx * dx + dy * dy);
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        double t = ((x - x0) * dx + (y - y0) * dy) * inverse;
        t = Math.max(0, Math.min(1, t));
        double ex = x - (x0 + t * dx);
        double ey = y - (y0 + t * dy);
        double distance = Math.sqrt(ex * ex + ey * ey);
        float cover = (float) Math.max(0, Math.min(1, reach - distance));
        int at = y * SIZE + x;
        ink[at] = Math.max(ink[at], cover);
      }
    }
  }

  /** Ink and noise to bytes. The sum of two uniform draws, so noise is triangular. */
  private void develop(byte[] image, int offset) {
    double strength = between(150, 250);
    double noise = between(0, 40);
    for (int i = 0; i < ink.length; i++) {
      long bits = next();
      double draw = ((bits & 0xffff) + (bits >>> 16 & 0xffff)) / 65536.0 - 1;
      double value = ink[i] * strength + draw * noise;
      image[offset + i] = (byte) Math.max(0, Math.min(MAX_INK, Math.round(value)));
    }
  }

  private double between(double low, double high) {
    return low + (high - low) * ((next() >>> 11) * 0x1.0p-53);
  }

  private int below(int bound) {
    return (int) (((next() >>> 33) * bound) >>> 31);
  }

  private long next() {
    state += 0x9e3779b97f4a7c15L;
    return Seeds.mix(state, 0);
  }
}
