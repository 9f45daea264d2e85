package io.trireme.server.protocol;

import io.trireme.kernels.sum.GlobalNorm;
import java.util.Arrays;

/**
 * Brings the sums of squares of all blocks of a step together on every server, and adds them in the
 * order of the blocks, so that every server finds the same global norm, bit for bit.
 *
 * <p>One step's shares are all that is ever under way: no worker begins the next step before every
 * group has been updated, for which its server needs all shares of the step before.
 */
final class NormExchange {

  private final double[] shares;
  private final boolean[] present;
  private int missing;
  private long step;

  NormExchange(int blocks) {
    shares = new double[blocks];
    present = new boolean[blocks];
  }

  /** Begins to gather the shares of a step. */
  void open(long next) {
    Arrays.fill(present, false);
    missing = shares.length;
    step = next;
  }

  /** The step whose shares are gathered. */
  long step() {
    return step;
  }

  /** Notes the share of a block; false if it is not open or there already. */
  boolean note(int block, long shareStep, double sumOfSquares) {
    if (shareStep != step || block < 0 || block >= shares.length || present[block]) {
      return false;
    }
    present[block] = true;
    shares[block] = sumOfSquares;
    missing--;
    return true;
  }

  /** Whether every block's share of the step is there. */
  boolean isComplete() {
    return missing == 0;
  }

  /**
   * The factor that brings the global norm down to the limit, 1 if it is not above it; opens the
   * next step.
   */
  double finish(double limit) {
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    open(step + 1);
    return GlobalNorm.scale(sum, limit);
  }
}
