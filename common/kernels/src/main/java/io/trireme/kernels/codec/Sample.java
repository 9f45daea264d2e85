package io.trireme.kernels.codec;

import java.util.Arrays;

/**
 * Magnitudes of some floats of a block, from which a threshold is estimated without looking at all:
 * lines of 16 floats at equal distances. A threshold from few floats above it is rough, so callers
 * refine it from what they count.
 */
final class Sample {

  /** Consecutive floats that are taken. */
  static final int LINE = 16;

  private static final int MIN_FLOATS = 4096;

  /** Of a magnitude's bits, as many are not counted by. */
  private static final int SHIFT = 20;

  private final float[] magnitudes;
  private final float[] candidates;
  private final int[] counts = new int[1 << 31 - SHIFT];
  private final int stride;
  private int count;

  /** Of a vector of {@code length} floats: one in a hundred, or 4096. */
  Sample(int length) {
    int wanted = Math.min(length, Math.max(MIN_FLOATS, length / 100));
    int lines = Math.max(1, (wanted + LINE - 1) / LINE);
    stride = Math.max(LINE, length / lines);
    magnitudes = new float[LINE * ((length + stride - 1) / stride)];
    candidates = new float[magnitudes.length + 1];
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

  /**
   * The magnitude of a rank in ascending order: their uppermost bits are counted, and among those
   * with the bits that the rank falls on, it is selected.
   */
  private float select(int rank) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      counts[Float.floatToRawIntBits(magnitudes[i]) >>> SHIFT]++;
    }
    int bucket = 0;
    int left = rank;
    while (left >= counts[bucket]) {
      left -= counts[bucket++];
    }
    int low = bucket << SHIFT;
    int members = 0;
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToRawIntBits(magnitudes[i]);
      candidates[members] = magnitudes[i];
      members += ((bits ^ low) >>> SHIFT) == 0 ? 1 : 0;
    }
    return select(candidates, members, left);
  }

  /** Hoare's selection, the middle as pivot. */
  private static float select(float[] values, int length, int rank) {
    int low = 0;
    int high = length - 1;
    while (low < high) {
      float pivot = values[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          float swap = values[i];
          values[i++] = values[j];
          values[j--] = swap;
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
    return values[rank];
  }
}
