package io.trireme.cuda.engine;

/** The tiles that the kernels of products exist for, with what each costs beside the best. */
enum Tile {
  T64X64(64, 64, 128, 1.15),
  T32X128(32, 128, 128, 1.2),
  T16X128(16, 128, 64, 1.4),
  T32X64(32, 64, 128, 1.6),
  T32X32(32, 32, 64, 1.8),
  T16X64(16, 64, 64, 1.8);

  static final Tile[] MATRIX = {T64X64, T32X64, T32X32};
  static final Tile[] CONVOLUTION = {T64X64, T32X128, T16X128};
  static final Tile[] CONVOLUTION_WEIGHTS = {T64X64, T32X32, T16X64};

  /** Those of tensor cores, where small tiles gain nothing. */
  static final Tile[] TENSOR_MATRIX = {T64X64, T32X64};

  static final Tile[] TENSOR_CONVOLUTION_WEIGHTS = {T64X64, T16X64};

  /** Threads that fill a large card: more is not faster, fewer leave it idle. */
  private static final double FULL = 132 * 512;

  private final int rows;
  private final int columns;
  private final int threads;
  private final double cost;

  Tile(int rows, int columns, int threads, double cost) {
    this.rows = rows;
    this.columns = columns;
    this.threads = threads;
    this.cost = cost;
  }

  /** The tile for a result of so many rows and columns; the bits do not depend on it. */
  static Tile choose(Tile[] from, int rows, int columns, int splits) {
    Tile best = from[0];
    double least = Double.MAX_VALUE;
    for (Tile tile : from) {
      double blocks = (double) tile.down(rows) * tile.across(columns);
      double idle = Math.max(1, FULL / (blocks * splits * tile.threads));
      double all = blocks * tile.rows * tile.columns * tile.cost * Math.sqrt(idle);
      if (all < least) {
        least = all;
        best = tile;
      }
    }
    return best;
  }

  int down(int all) {
    return Recorder.blocks(all, rows);
  }

  int across(int all) {
    return Recorder.blocks(all, columns);
  }

  int threads() {
    return threads;
  }

  /** The end of its kernels' names. */
  String suffix() {
    return rows + "x" + columns;
  }
}
