package io.trireme.cuda.engine;

/**
 * Cuts a sum over rows into parts, in a way that only depends on its shape, and adds the parts in
 * one order.
 */
final class Parts {
  private static final int TARGET_BLOCKS = 1056;
  private static final int LEAST_ROWS = 64;
  private static final int LANES = 8;
  private static final int COLUMNS = 32;
  private static final int THREADS = LANES * COLUMNS;

  private final int count;
  private final int rowsEach;

  /**
   * Cuts rows.
   *
   * @param blocks of threads that each part needs
   */
  Parts(int rows, int blocks) {
    int most = Math.max(1, Math.min(TARGET_BLOCKS / blocks, rows / LEAST_ROWS));
    this.rowsEach = Recorder.blocks(rows, most);
    this.count = Recorder.blocks(rows, rowsEach);
  }

  int count() {
    return count;
  }

  int rowsEach() {
    return rowsEach;
  }

  /**
   * Adds the parts of a vector.
   *
   * @param values of the vector
   * @param pitch values from part to part
   * @param to address of the sum
   */
  void sum(Recorder recorder, int values, int pitch, long from, long to) {
    recorder.arguments().put(count).put(values).put(pitch).put(from).put(to);
    recorder.launch("sumParts", Recorder.blocks(values, COLUMNS), 1, 1, THREADS);
  }
}
