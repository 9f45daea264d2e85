package io.trireme.cuda.engine;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.spec.ChainSpec;
import java.util.function.IntToLongFunction;

/** Says what would fit where a network did not. */
final class Footprint {
  static final int OUT_OF_MEMORY = 2;

  private Footprint() {}

  /** The largest batch whose bytes are within a limit, below one that was too large; 0 if none. */
  static int fits(IntToLongFunction bytes, long limit, int tooLarge) {
    int low = 0;
    int high = tooLarge;
    while (high - low > 1) {
      int middle = low + (high - low) / 2;
      if (bytes.applyAsLong(middle) <= limit) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The exception for a network that did not fit.
   *
   * @param free bytes of the card that it could have
   * @param needed bytes that it needs
   * @param fits the largest batch that fits
   */
  static CudaException tooLarge(
      ChainSpec spec, int examples, long free, long needed, int fits, CudaException cause) {
    return new CudaException(
        "model "
            + spec.name()
            + " with batch "
            + examples
            + " needs "
            + mebibytes(needed)
            + " MiB of the card's memory, and "
            + (free >> 20)
            + " MiB are free: "
            + (fits > 0 ? "batch " + fits + " would fit" : "not even batch 1 would fit")
            + ". "
            + cause.getMessage(),
        cause);
  }

  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
