package io.trireme.cuda.engine;

import io.trireme.cuda.spec.GradientCodec;

/**
 * How a codec cuts a vector into tiles.
 *
 * @param kernel what encodes them
 * @param size floats in a tile
 * @param words most words of four bytes in a tile's encoding
 * @param threads that encode a tile, where each has a block of threads
 * @param random whether rounding is random
 * @param fixed whether a tile's encoding always has its full length
 */
record Tiles(String kernel, int size, int words, int threads, boolean random, boolean fixed) {

  /** Floats that the check for finite ones takes at once. */
  static final int CHECKED = 1024;

  /** Tiles whose places are found together. */
  static final int GROUP = 256;

  static Tiles of(GradientCodec codec) {
    if (codec instanceof GradientCodec.Int8 int8) {
      return new Tiles(
          "codecInt8",
          int8.bucket(),
          1 + int8.bucket() / 4,
          Math.max(32, int8.bucket() / 4),
          true,
          false);
    }
    return codec instanceof GradientCodec.Onebit
        ? new Tiles("codecOnebit", 1024, 65, 256, false, false)
        : new Tiles("codecBf16", 1024, 512, 256, false, true);
  }

  int count(int floats) {
    return Recorder.blocks(floats, size);
  }

  /** Words of a vector if every tile has its full length. */
  long words(int floats) {
    return fixed
        ? (long) floats / size * words + (floats % size + 1) / 2
        : (long) count(floats) * words;
  }
}
