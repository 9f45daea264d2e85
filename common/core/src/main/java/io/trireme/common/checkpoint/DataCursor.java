package io.trireme.common.checkpoint;

/**
 * Where in its data a job stands.
 *
 * @param epoch the epoch, from 0, of the next step
 * @param nextExample position in that epoch's order of the next step's first example
 * @param dataset fingerprint of the training set; empty if it has none
 */
public record DataCursor(int epoch, long nextExample, String dataset) {

  /** The epoch, from 1, of the last step that was made; 1 if none was. */
  public int epochReached() {
    return nextExample == 0 ? Math.max(1, epoch) : epoch + 1;
  }
}
