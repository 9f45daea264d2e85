package io.trireme.common.codec;

/**
 * Magnitudes of some floats of a block, from which a threshold is estimated without looking at all:
 * lines of 16 floats at equal distances. A threshold from few floats above it is rough, so callers
 * refine it from what they count.
 */
final class Sample {

  /** Consecutive floats that are taken. */
  static final int LINE = 16;

  private static final int MIN_FLOATS = 4096;

  private final float[] magnitudes;
  private final int stride;
  private int count;

  /** Of a vector of {@code length} floats: one in a hundred, or 4096. */
  Sample(int length) {
    int wanted = Math.min(length, Math.max(MIN_FLOATS, length / 100));
    int lines = Math.max(1, (wanted + LINE - 1) / LINE);
    stride = Math.max(LINE, length / lines);
    magnitudes = new float[LINE * ((length + stride - 1) / stride)];
  }

  /** Distance of the lines' first floats. */
  int stride() {
    return stride;
  }

  void clear() {
    count = 0;
  }

  /** Takes n floats. */
  void add(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      magnitudes[count++] = Math.abs(values[i]);
    }
  }

  /** The magnitude that a share of {@code density} of the floats reaches, roughly. */
  float threshold(double density) {
    if (count == 0) {
      return 0;
    }
    int rank = (int) Math.min(count - 1, Math.max(0, Math.round(density * count) - 1));
    return select(count - 1 - rank);
  }

  /** The magnitude of a rank in ascending order (Hoare's selection, the middle as pivot). */
  private float select(int rank) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      float pivot = magnitudes[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (magnitudes[i] < pivot) {
          i++;
        }
        while (magnitudes[j] > pivot) {
          j--;
        }
        if (i <= j) {
          float swap = magnitudes[i];
          magnitudes[i++] = magnitudes[j];
          magnitudes[j--] = swap;
        }
      }
      if (rank <= j) {
        high = j;
      } else if (rank >= i) {
        low = i;
      } else {
        break;
      }
    }
    return magnitudes[rank];
  }
}
