package io.trireme.driver.prepare;

import java.util.Arrays;

/** Counts what goes into shards: how often each byte, how often and where first each label. */
final class Tally {
  private static final int VALUES = 256;
  private static final int MASK = 0xff;

  private final long[] pixels = new long[VALUES];
  private final long[] labels = new long[VALUES];
  private final long[] firstRecords = new long[VALUES];

  Tally() {
    Arrays.fill(firstRecords, PreparedShard.NONE);
  }

  /** Counts one example; {@code record} is its index in its set. */
  void add(byte[] image, int offset, int length, int label, long record) {
    for (int i = offset; i < offset + length; i++) {
      pixels[image[i] & MASK]++;
    }
    if (labels[label]++ == 0) {
      firstRecords[label] = record;
    }
  }

  long[] pixels() {
    return pixels;
  }

  long[] labels() {
    return labels;
  }

  long[] firstRecords() {
    return firstRecords;
  }
}
